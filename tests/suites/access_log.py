"""What every record of reads promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from buckets.model.audit import Kind, Result
from buckets.model.audit_query import AuditQuery
from buckets.model.read import End, Read
from buckets.names import UserId
from buckets.ports import AccessLog, AuditTrail
from tests.factories import values
from tests.suites.catalog_stage import Stage, Staged

_TICKS = count()


def noted(at: Stage, key: str, result: Result = Result.DONE) -> Read:
    """A read that has ended, each a little later than the one before."""
    read = Read(caller=values.caller(at.owner), action="get_object", bucket=at.bucket.name, key=key, version=values.IDS.uuid7())
    when = datetime.now(UTC) + timedelta(milliseconds=next(_TICKS))
    read.end = End(at=when, result=result, reason=None, sent=5, seconds=0.25, address="192.0.2.7", agent="curl/8", request_id="R1")
    return read


async def reads_of(at: Stage, trail: AuditTrail) -> list[str | None]:
    page = await trail.page_audit(at.owner.account, AuditQuery(kind=Kind.READ), limit=1000)
    return [entry.deed.key for entry in page.entries]


class AccessLogSuite(Staged):
    """A subclass supplies the fixtures of the catalog's suites, and `reads` and a `trail` over the same rows."""

    async def test_what_was_noted_is_told_once_it_is_written(self, at: Stage, reads: AccessLog, trail: AuditTrail) -> None:
        read = noted(at, "k", Result.REFUSED)
        person = UserId(values.IDS.uuid7())
        read.caller = replace(values.caller(at.owner), actor=person)
        reads.note(read)
        await reads.write()
        page = await trail.page_audit(at.owner.account, AuditQuery(kind=Kind.READ), limit=10)
        [entry] = page.entries
        assert entry == read.entry(entry.deed.id)
        assert (entry.doer.actor, entry.doer.on_behalf_of, entry.duration_ms) == (person, at.owner.id, 250)

    async def test_changes_and_reads_are_told_in_one_order(self, at: Stage, reads: AccessLog, trail: AuditTrail) -> None:
        await at.put(at.item("k"))
        for key in ("k", "l"):
            reads.note(noted(at, key))
        await reads.write()
        query = AuditQuery(bucket="photos", key="k")
        page = await trail.page_audit(at.owner.account, query, limit=10)
        assert [entry.kind for entry in page.entries] == [Kind.READ, Kind.CHANGE]
        assert await reads_of(at, trail) == ["l", "k"]

    async def test_nothing_to_write_is_nothing_written(self, at: Stage, reads: AccessLog, trail: AuditTrail) -> None:
        await reads.write()
        assert await reads_of(at, trail) == []

    async def test_more_than_a_batch_is_written_at_once(self, at: Stage, reads: AccessLog, trail: AuditTrail) -> None:
        for number in range(1201):
            reads.note(noted(at, f"k{number}"))
        await reads.write()
        page = await trail.page_audit(at.owner.account, AuditQuery(kind=Kind.READ, key="k1200"), limit=10)
        assert len(page.entries) == 1
        assert len(set(await reads_of(at, trail))) == 1000
