"""What every audit trail promises."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from buckets.model.audit import Entry, Kind, Mark, Result
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.model.commit import Condition, Refused
from buckets.model.version import Head
from buckets.names import UserId
from buckets.ports import AuditTrail
from tests.factories import values
from tests.suites.catalog_buckets import stranger
from tests.suites.catalog_stage import Stage, Staged


def keys(page: AuditPage) -> list[str | None]:
    return [entry.deed.key for entry in page.entries]


class AuditTrailSuite(Staged):
    """A subclass supplies the fixtures of the catalog's suites, and a `trail` over the same rows."""

    async def _all(self, at: Stage, trail: AuditTrail, limit: int = 1000, **terms: Any) -> Sequence[Entry]:
        """Page by page."""
        found: list[Entry] = []
        page = await trail.page_audit(at.owner.account, AuditQuery(**terms), limit=limit)
        found += page.entries
        while page.more:
            page = await trail.page_audit(at.owner.account, AuditQuery(**terms), before=page.more, limit=limit)
            found += page.entries
        return found

    async def test_a_line_tells_who_did_what_and_from_where(self, at: Stage, trail: AuditTrail) -> None:
        person = UserId(values.IDS.uuid7())
        item = at.item("k", b"body")
        caller = replace(item.origin.caller, actor=person)
        origin = replace(item.origin, caller=caller, address="192.0.2.7", agent="curl/8", request_id="R1")
        head = await at.put(replace(item, origin=origin))
        [entry] = await self._all(at, trail, key="k", bucket="photos")
        deed, doer = entry.deed, entry.doer
        assert (entry.kind, deed.id, deed.account, deed.action) == (Kind.CHANGE, item.operation, at.owner.account, "put_object")
        assert (deed.bucket, deed.key, deed.version, deed.size, deed.result) == ("photos", "k", head.version, 4, Result.DONE)
        assert (doer.actor, doer.on_behalf_of, doer.credential) == (person, at.owner.id, caller.credential)
        assert (doer.address, doer.agent, doer.request_id) == ("192.0.2.7", "curl/8", "R1")
        assert entry.at.utcoffset() == timedelta()

    async def test_the_youngest_comes_first_page_by_page(self, at: Stage, trail: AuditTrail) -> None:
        for number in range(7):
            await at.put(at.item(f"k{number}"))
        for limit in (1, 3, 7, 8, 1000):
            entries = await self._all(at, trail, limit, action="put_object")
            assert [entry.deed.key for entry in entries] == [f"k{number}" for number in reversed(range(7))]

    async def test_lines_of_one_transaction_are_told_once_each(self, at: Stage, trail: AuditTrail) -> None:
        await at.catalog.commit([at.item(f"k{number}") for number in range(5)])
        entries = await self._all(at, trail, 2, action="put_object")
        assert sorted(entry.deed.key or "" for entry in entries) == [f"k{number}" for number in range(5)]
        assert [entry.mark for entry in entries] == sorted((entry.mark for entry in entries), reverse=True)

    async def test_a_full_page_that_is_the_last_says_so(self, at: Stage, trail: AuditTrail) -> None:
        await at.put(at.item("k"))
        page = await trail.page_audit(at.owner.account, AuditQuery(action="put_object"), limit=1)
        assert (keys(page), page.more) == (["k"], None)

    async def test_what_was_refused_is_told_with_its_reason(self, at: Stage, trail: AuditTrail) -> None:
        await at.put(at.item("k"))
        assert isinstance(await at.commit(at.item("k", condition=Condition(absent=True))), Refused)
        [entry] = await self._all(at, trail, result=Result.REFUSED)
        assert (entry.deed.key, entry.deed.reason) == ("k", "PreconditionFailed")

    async def test_other_accounts_are_not_told_of(self, at: Stage, trail: AuditTrail) -> None:
        other = await stranger(at)
        await at.put(at.item("k"))
        page = await trail.page_audit(other.account, AuditQuery(), limit=1000)
        assert [entry.deed.action for entry in page.entries] == ["create_account"]
        every: list[dict[str, Any]] = [{"actor": at.owner.id}, {"bucket": "photos", "key": "k"}, {"action": "put_object"}]
        for terms in every:
            assert await trail.page_audit(other.account, AuditQuery(**terms), limit=1000) == AuditPage([], None)

    @pytest.mark.parametrize("limit", [1, 1000])
    async def test_each_filter_finds_what_it_names_and_nothing_else(self, at: Stage, trail: AuditTrail, limit: int) -> None:
        head = await self._history(at)
        found: list[tuple[dict[str, Any], list[str | None]]] = [
            ({"actor": at.other.id}, ["theirs"]),
            ({"actor": at.other.id, "key": "k", "bucket": "photos"}, []),
            ({"on_behalf_of": at.owner.id}, ["for"]),
            ({"on_behalf_of": at.other.id}, []),
            ({"action": "delete_object"}, ["k"]),
            ({"bucket": "photos", "key": "k"}, ["k", "k"]),
            ({"bucket": "videos", "key": "k"}, []),
            ({"bucket": "photos"}, ["k", "for", "theirs", "k", None]),
            ({"version": head.version}, ["k"]),
            ({"subject": "user:nobody"}, []),
            ({"result": Result.FAILED}, []),
            ({"address": "192.0.2.9"}, ["for"]),
            ({"kind": Kind.READ}, []),
            ({"kind": Kind.CHANGE, "action": "put_object"}, ["for", "theirs", "k"]),
        ]
        for terms, expected in found:
            assert [entry.deed.key for entry in await self._all(at, trail, limit, **terms)] == expected, terms

    async def test_a_time_is_told_from_its_beginning_on_and_before_its_end(self, at: Stage, trail: AuditTrail) -> None:
        await self._history(at)
        times = [entry.at for entry in await self._all(at, trail)]
        youngest, oldest = times[0], times[-1]
        assert [entry.at for entry in await self._all(at, trail, since=times[1])] == times[:2]
        assert [entry.at for entry in await self._all(at, trail, 1, until=times[1])] == times[2:]
        assert [entry.at for entry in await self._all(at, trail, since=times[2], until=youngest)] == times[1:3]
        assert await self._all(at, trail, until=oldest) == []
        assert await self._all(at, trail, since=youngest + timedelta(microseconds=1)) == []
        early = Mark(times[2], values.IDS.uuid7())
        page = await trail.page_audit(at.owner.account, AuditQuery(until=youngest), before=early, limit=1)
        assert page.entries[0].at <= times[2]

    async def _history(self, at: Stage) -> Head:
        """One after the other: of the owner, of somebody else, and on the owner's behalf."""
        head = await at.put(at.item("k"))
        await at.put(at.item("theirs", owner=at.other))
        helped = at.item("for")
        caller = replace(helped.origin.caller, actor=UserId(values.IDS.uuid7()))
        await at.put(replace(helped, origin=replace(helped.origin, caller=caller, address="192.0.2.9")))
        removal = at.removal("k")
        await at.delete(replace(removal, origin=replace(removal.origin, action="delete_object")))
        return head
