"""What every chain of seals promises."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from buckets.model.audit import Mark
from buckets.model.seal import Seal
from buckets.ports import Seals
from buckets.service.audit_seals import SealAudit
from buckets.service.verify_audit import Flaw, Known, VerifyAudit
from tests.suites.catalog_stage import Stage, Staged

AT_ONCE = timedelta()


async def sealed(seals: Seals, *, limit: int = 1000) -> int:
    """How many rows, now that all are sealed that can be."""
    done = await SealAudit(seals=seals, rest=AT_ONCE, batch=limit).pass_once(lambda _: None)
    return int(done["rows"])


async def chain(seals: Seals) -> list[Seal]:
    return [*await seals.page_seals(after=0, limit=1000)]


class SealSuite(Staged):
    """A subclass supplies the fixtures of the catalog's suites, and `seals` over the same rows.

    Two rows are there from the beginning, of the account and of the bucket.
    """

    async def _write(self, at: Stage, count: int, name: str = "k") -> None:
        for number in range(count):
            await at.put(at.item(f"{name}{number}"))

    async def test_a_chain_covers_every_row_once(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 6)
        assert await sealed(seals, limit=3) == 8
        links = await chain(seals)
        assert [link.number for link in links] == [1, 2, 3]
        assert [link.entries for link in links] == [3, 3, 2]
        assert all(earlier.until < later.first for earlier, later in pairwise(links))
        assert len({link.hash for link in links}) == 3

    async def test_it_goes_on_where_it_ended(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 2)
        await sealed(seals)
        assert await sealed(seals) == 0
        await self._write(at, 3, "later")
        assert await sealed(seals) == 3
        assert [link.entries for link in await chain(seals)] == [4, 3]

    async def test_rows_rest_before_they_are_sealed(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 2)
        assert await seals.seal(rest=timedelta(minutes=5), limit=1000) == 0
        assert await chain(seals) == []

    async def test_many_sealers_seal_each_row_once(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 9)
        while any(await asyncio.gather(*(seals.seal(rest=AT_ONCE, limit=2) for _ in range(4)))):
            pass
        links = await chain(seals)
        assert [link.number for link in links] == [*range(1, len(links) + 1)]
        assert sum(link.entries for link in links) == 11
        assert (await VerifyAudit(seals=seals)()).holds

    async def test_rows_are_read_between_two_places_the_latter_included(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 4)
        await sealed(seals, limit=1)
        marks = [link.until for link in await chain(seals)]
        rows = await seals.page_rows(after=marks[0], until=marks[3], limit=1000)
        assert [row.mark for row in rows] == marks[1:4]
        assert [row.mark for row in await seals.page_rows(after=None, until=marks[1], limit=1000)] == marks[:2]
        assert [row.mark for row in await seals.page_rows(after=None, until=marks[4], limit=3)] == marks[:3]

    async def test_a_row_is_sealed_with_all_that_it_says(self, at: Stage, seals: Seals) -> None:
        item = at.item("k\u00e9", b"body")
        await at.put(item)
        await sealed(seals)
        [*_, row] = await seals.page_rows(after=None, until=(await chain(seals))[-1].until, limit=1000)
        facts = dict(row.facts)
        assert len(str(facts.pop("at"))) == len("2026-11-21T12:03:00.000000Z")
        assert facts == {
            "id": str(item.operation),
            "account": at.owner.account,
            "actor": str(at.owner.id),
            "credential": str(item.origin.caller.credential),
            "action": "put_object",
            "bucket": "photos",
            "key": "k\u00e9",
            "version": str(item.version),
            "result": "done",
            "address": "",
            "agent": "",
            "request_id": "TEST",
            "bytes": 4,
        }

    async def test_what_nobody_touched_holds(self, at: Stage, seals: Seals) -> None:
        assert (await VerifyAudit(seals=seals)()).holds
        await self._write(at, 5)
        await sealed(seals, limit=2)
        verified = await VerifyAudit(seals=seals, page=1)()
        assert (verified.holds, verified.seals, verified.rows, verified.removed) == (True, 4, 7, 0)
        assert verified.last == (await chain(seals))[-1]

    async def test_a_seal_that_was_written_down_is_found_again_or_missed(self, at: Stage, seals: Seals) -> None:
        await self._write(at, 5)
        await sealed(seals, limit=2)
        second = (await chain(seals))[1]
        verify = VerifyAudit(seals=seals)
        assert (await verify(Known(2, second.hash))).holds
        for known in (Known(1, second.hash), Known(4, second.hash), Known(2, bytes(32))):
            [broken] = (await verify(known)).broken
            assert (broken.number, broken.flaw) == (known.number, Flaw.UNKNOWN)

    async def test_places_of_the_audit_come_one_after_the_other(self, at: Stage, seals: Seals) -> None:
        await at.catalog.commit([at.item(f"k{number}") for number in range(5)])
        await sealed(seals, limit=2)
        ends: list[Mark] = [mark for link in await chain(seals) for mark in (link.first, link.until)]
        assert ends == sorted(ends)
