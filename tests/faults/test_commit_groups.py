"""Writes that share a transaction share nothing else: not a fault, not a deadlock, not a caller that has gone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from buckets.errors import CatalogUnavailable, OutcomeUnknown
from buckets.memory.catalog import MemoryCatalog
from buckets.model.commit import CommitItem, Committed, Deleted, Outcome, PutItem
from tests.factories import values
from tests.faults.committing import CLOCK, IDS, Stage, committer_over, staged, until_one_is_blocked
from tests.faults.proxy import Fault
from tests.fixtures.databases import Database, connected

REFUSE_GROUPS = """
    CREATE FUNCTION refuse_groups() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT count(*) FROM added) > 1 THEN RAISE EXCEPTION 'planted' USING ERRCODE = '{code}'; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER refuse_groups AFTER INSERT ON version REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_groups();
"""


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Stage]:
    async with staged(database) as stage:
        await stage.put("first", b"first")
        yield stage


async def group_of(at: Stage, count: int) -> list[PutItem]:
    return [await at.item(f"{number}", b"x" * (number + 1)) for number in range(count)]


async def committed(at: Stage, items: Sequence[CommitItem]) -> list[Outcome | BaseException]:
    """As one group: whoever comes within a turn of the loop stands in the same one."""
    return await asyncio.gather(*(at.committer.commit(item) for item in items), return_exceptions=True)


async def assert_each_has_its_own(at: Stage, items: Sequence[PutItem], outcomes: Sequence[Outcome | BaseException]) -> None:
    for item, outcome in zip(items, outcomes, strict=True):
        assert isinstance(outcome, Committed), outcome
        assert (outcome.head.key, outcome.head.content) == (item.key, item.content)
        assert await at.written(item.key) == [outcome.head.version]
        assert await at.head(item.key) == outcome.head


class TestNeighbours:
    @pytest.mark.parametrize("place", [0, 3, 7])
    async def test_an_item_over_a_blob_that_is_taken_takes_nobody_along(self, at: Stage, place: int) -> None:
        items, first = await group_of(at, 8), await at.head("first")
        assert first
        assert first.first
        taken = replace(items[place].blobs[0], id=first.first.blob, size=first.first.span.length)
        items[place] = replace(items[place], blobs=[taken], extents=[replace(first.first, locator=taken.locator)])

        outcomes = await committed(at, items)

        assert isinstance(outcomes.pop(place), CatalogUnavailable)
        assert await at.head(items.pop(place).key) is None
        await assert_each_has_its_own(at, items, outcomes)
        assert await at.head("first") == first
        await at.assert_sound()

    @pytest.mark.parametrize("place", [0, 3, 7])
    async def test_an_item_that_breaks_a_rule_of_the_schema_takes_nobody_along(self, at: Stage, place: int) -> None:
        items = await group_of(at, 8)
        [blob] = items[place].blobs
        items[place] = replace(items[place], blobs=[replace(blob, locator="x" * 65)])

        outcomes = await committed(at, items)

        assert isinstance(outcomes.pop(place), CatalogUnavailable)
        assert await at.head(items.pop(place).key) is None
        await assert_each_has_its_own(at, items, outcomes)
        await at.assert_sound()

    @pytest.mark.parametrize("code", ["40P01", "40001", "55P03", "57014"])
    async def test_a_group_that_fails_in_passing_is_settled_item_by_item(self, at: Stage, code: str) -> None:
        await at.change(REFUSE_GROUPS.format(code=code))
        items = await group_of(at, 8)

        outcomes = await committed(at, items)

        await assert_each_has_its_own(at, items, outcomes)
        assert [outcome.head.version for outcome in outcomes if isinstance(outcome, Committed)] == [each.version for each in items]
        await at.assert_sound()

    @pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOSE_ANSWER])
    async def test_a_group_whose_commit_is_lost_is_settled_item_by_item(self, at: Stage, fault: Fault) -> None:
        items = await group_of(at, 8)
        at.proxy.arm(fault)

        outcomes = await committed(at, [*items, at.removal("first"), at.removal("nothing")])

        assert [type(outcome) for outcome in outcomes[8:]] == [Deleted, Deleted]
        await assert_each_has_its_own(at, items, outcomes[:8])
        assert await at.head("first") is None
        await at.assert_sound()

    async def test_a_group_in_a_deadlock_is_carried_out_whoever_dies_of_it(self, at: Stage) -> None:
        """Somebody takes the locks in the wrong order: a head first, then the usage that the group holds while it waits for it."""
        items = await group_of(at, 4)
        async with connected(at.dsn) as other:
            await committed(at, items)
            again = [await at.item(item.key, b"again") for item in items]
            await other.execute("BEGIN; SELECT FROM head WHERE key = '2' FOR UPDATE")
            committing = asyncio.create_task(committed(at, again))
            await until_one_is_blocked(at.dsn, by=other.get_server_pid())
            await asyncio.gather(other.execute("SELECT FROM usage FOR UPDATE"), return_exceptions=True)
            await other.execute("ROLLBACK")

            for item, outcome in zip(again, await committing, strict=True):
                assert isinstance(outcome, Committed)
                assert (await at.written(item.key))[1:] == [outcome.head.version]
        await at.assert_sound()


class TestCallersThatLeave:
    @pytest.mark.parametrize("place", [0, 1], ids=["it runs", "it waits"])
    async def test_what_was_begun_is_done_all_the_same_and_a_drain_waits_for_it(self, at: Stage, place: int) -> None:
        """The second has to wait: it is about a name that the first is busy with."""
        items = [await at.item("first", content) for content in (b"running", b"waiting")]
        async with connected(at.dsn) as other, other.transaction():
            await other.fetch("SELECT FROM head WHERE key = 'first' FOR UPDATE")
            callers = [asyncio.create_task(at.committer.put("put", item)) for item in items]
            await until_one_is_blocked(at.dsn, by=other.get_server_pid())
            callers[place].cancel()
            draining = asyncio.create_task(at.committer.drain())
            await asyncio.wait([callers[place]])
            await at.catalog.check()
            assert not draining.done()
        await draining

        assert (await at.written("first"))[1:] == [item.version for item in items]
        assert callers[place].cancelled()
        assert (await callers[1 - place]).head.version == items[1 - place].version
        await at.assert_sound()

    async def test_a_drain_waits_until_an_outcome_is_known(self, at: Stage) -> None:
        item = await at.item("k")
        at.proxy.arm(Fault.HOLD)
        caller = asyncio.create_task(at.committer.put("put", item))
        await until_one_is_blocked(at.dsn)
        caller.cancel()
        draining = asyncio.create_task(at.committer.drain())
        await asyncio.wait([caller])
        await at.catalog.check()
        assert not draining.done()
        at.proxy.release()
        await draining

        assert await at.written("k") == [item.version]
        await at.assert_sound()


class ForgetfulCatalog(MemoryCatalog):
    """Does what it is told, and does not say so. It talks about it only once so many have asked that all must be waiting."""

    def __init__(self, group: int) -> None:
        super().__init__(ids=IDS, clock=CLOCK)
        self.asking = asyncio.Barrier(group)

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        await super().commit(items)
        raise OutcomeUnknown

    async def resolve(self, item: CommitItem) -> Outcome | None:
        await self.asking.wait()
        return await super().resolve(item)


async def test_outcomes_that_are_unknown_are_asked_for_side_by_side() -> None:
    catalog, owner = ForgetfulCatalog(8), values.user()
    committer = committer_over(catalog)
    bucket = (await catalog.create_bucket(values.bucket(owner))).bucket
    items = [values.put_item(bucket, f"{number}", b"", owner=owner, name=None) for number in range(8)]
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(committer.commit(item) for item in items))
    assert [outcome.head.version for outcome in outcomes if isinstance(outcome, Committed)] == [item.version for item in items]
