"""The sweep over memory: what it does when stores are away, when it is killed, and when it meets another."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest

from buckets.errors import BrokenSetting, StoreUnavailable
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.garbage import MemoryGarbage
from buckets.memory.phases import MemoryPhases
from buckets.model.account import User
from buckets.model.blob import LONGEST_REQUEST, Placement
from buckets.model.bucket import Bucket
from buckets.model.commit import Committed
from buckets.names import BlobId
from buckets.ports import BlobStore, Condemned, Garbage, Phase, Phases
from buckets.service.sweep import Sweep, SweepTerms, Swept
from gateway.worker.settings import WorkerSettings
from tests.factories import bodies, values

TERMS = SweepTerms()
HOUR = timedelta(hours=1)
NAMES = 4


class Killed(BaseException):
    """Nobody catches it."""


@dataclass
class Fuse:
    """Burns down step by step."""

    steps: int = -1

    def burn(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            raise Killed


class FusedGarbage(MemoryGarbage):
    """Kills who calls it, before or after the call is carried out."""

    fuse: Fuse

    async def condemn_abandoned(self, *, margin: timedelta, limit: int) -> int:
        self.fuse.burn()
        ended = await super().condemn_abandoned(margin=margin, limit=limit)
        self.fuse.burn()
        return ended

    async def condemn_unreferenced(self, *, grace: timedelta, limit: int) -> int:
        self.fuse.burn()
        settled = await super().condemn_unreferenced(grace=grace, limit=limit)
        self.fuse.burn()
        return settled

    async def due(self, placements: Collection[str], *, limit: int) -> Sequence[Condemned]:
        self.fuse.burn()
        return await super().due(placements, limit=limit)

    async def erased(self, blobs: Sequence[Condemned], *, again_after: timedelta) -> int:
        self.fuse.burn()
        settled = await super().erased(blobs, again_after=again_after)
        self.fuse.burn()
        return settled


class FusedStore(MemoryBlobStore):
    """Goes away when told, and kills who deletes, before each blob and after the last."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse
        self.is_away = False

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        if self.is_away:
            raise StoreUnavailable("it is away")
        for each in blobs:
            self.fuse.burn()
            await super().delete([each])
            await asyncio.sleep(0)
        self.fuse.burn()


@dataclass
class Yard:
    """A catalog, two stores, and time that passes."""

    clock: values.ManualClock
    catalog: MemoryCatalog
    garbage: FusedGarbage
    warm: FusedStore
    cold: FusedStore
    fuse: Fuse
    owner: User
    bucket: Bucket
    names: Iterator[BlobId]
    phases: MemoryPhases = field(default_factory=MemoryPhases)
    reports: list[object] = field(default_factory=list)

    def sweep(self, *, batch: int = 200, stores: Collection[str] = ("default", "cold"), phases: Phases | None = None) -> Sweep:
        known: dict[str, BlobStore] = {"default": self.warm, "cold": self.cold}
        garbage: Garbage = self.garbage
        return Sweep(
            garbage=garbage,
            stores={each: known[each] for each in stores},
            phases=phases or self.phases,
            terms=replace(TERMS, batch=batch),
        )

    async def once(self, *, batch: int = 200, stores: Collection[str] = ("default", "cold")) -> Swept:
        return await self.sweep(batch=batch, stores=stores).pass_once(self.reports.append)

    async def put(self, key: str) -> None:
        """An object; what it replaces is garbage."""
        name = next(self.names)
        stored = await self.warm.put(name, bodies.body(key.encode()), size=len(key))
        item = values.put_item(self.bucket, key, key.encode(), owner=self.owner, name=name)
        [blob], [extent] = item.blobs, item.extents
        item = replace(item, blobs=[replace(blob, locator=stored.locator)], extents=[replace(extent, locator=stored.locator)])
        [outcome] = await self.catalog.commit([item])
        assert isinstance(outcome, Committed)

    async def give_up(self, *, into: FusedStore | None = None) -> None:
        """Bytes that were stored and never committed."""
        await (into or self.warm).put(next(self.names), bodies.body(b"half"), size=4)

    async def abandon(self) -> None:
        """Every lease runs out, and more than that."""
        self.clock.advance(2 * HOUR)

    async def to_the_end(self) -> None:
        """As many passes as anything can take."""
        for wait in (TERMS.grace, TERMS.again_after, TERMS.again_after):
            await self.once()
            self.clock.advance(wait)

    def nothing_left(self) -> bool:
        return not (self.garbage.entries or self.catalog.gc_candidates or self.catalog.leases or self.catalog.condemned)

    def stored(self) -> set[str]:
        return {*self.warm.blobs, *self.cold.blobs}

    def live(self) -> set[str]:
        return {blob.locator for blob in self.catalog.blobs.values()}


async def new_yard() -> Yard:
    clock, fuse = values.ManualClock(), Fuse()
    catalog = MemoryCatalog(ids=values.IDS, clock=clock)
    garbage = FusedGarbage(catalog)
    garbage.fuse = fuse
    owner = values.user()
    await catalog.create_account(values.account(), owner)
    await catalog.ensure_placement(values.PLACEMENT)
    await catalog.ensure_placement(Placement(id="cold", store="disk"))
    bucket = values.bucket(owner)
    await catalog.create_bucket(bucket)
    lease = await catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=NAMES, lasting=HOUR)
    return Yard(clock, catalog, garbage, FusedStore(fuse), FusedStore(fuse), fuse, owner, bucket, iter(lease))


@pytest.fixture
async def yard() -> Yard:
    return await new_yard()


async def lend_cold(yard: Yard, count: int = 1) -> list[BlobId]:
    lease = await yard.catalog.lease_blobs(placement="cold", holder=values.IDS.uuid7(), count=count, lasting=HOUR)
    for name in lease:
        await yard.cold.put(name, bodies.body(b"cold"), size=4)
    return list(lease)


async def test_bytes_go_when_nothing_refers_to_them_and_their_grace_is_over(yard: Yard) -> None:
    await yard.put("k")
    await yard.put("k")
    assert await yard.once() == Swept(candidates=1)
    assert len(yard.stored()) == 2
    yard.clock.advance(TERMS.grace)
    await yard.once()
    assert yard.stored() == yard.live()
    assert len(yard.live()) == 1


async def test_bytes_of_a_put_that_was_given_up_go_by_their_name_alone(yard: Yard) -> None:
    await yard.put("k")
    await yard.give_up()
    await yard.once()
    assert len(yard.stored()) == 2
    await yard.abandon()
    assert await yard.once() == Swept(leases=1, erased=NAMES - 1)
    assert yard.stored() == yard.live()


async def test_a_put_that_lands_after_the_first_delete_goes_with_the_second(yard: Yard) -> None:
    late = next(yard.names)
    await yard.abandon()
    await yard.once()
    await yard.warm.put(late, bodies.body(b"late"), size=4)
    yard.clock.advance(TERMS.again_after)
    await yard.once()
    assert yard.stored() == set()
    assert yard.nothing_left()


async def test_a_store_that_is_away_keeps_its_rows_for_the_next_pass(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    await yard.give_up()
    await yard.abandon()
    yard.warm.is_away = True
    assert await yard.once() == Swept(leases=1, left=NAMES)
    assert "4 condemned blobs stay in the placement default for now" in caplog.text
    assert len(yard.stored()) == 1
    yard.warm.is_away = False
    assert await yard.once() == Swept(erased=NAMES)
    assert yard.stored() == set()


async def test_a_store_that_is_away_does_not_stop_the_others_however_much_waits_for_it(yard: Yard) -> None:
    await yard.give_up()
    await yard.abandon()
    yard.warm.is_away = True
    await yard.once()
    await lend_cold(yard, count=5)
    await yard.abandon()
    swept = await yard.once(batch=2)
    assert (swept.leases, swept.erased, swept.left) == (1, 5, 2)
    assert yard.cold.blobs == {}


async def test_blobs_of_a_placement_without_a_store_are_left_to_others(yard: Yard) -> None:
    await lend_cold(yard)
    await yard.abandon()
    assert await yard.once(stores=["default"]) == Swept(leases=2, erased=NAMES)
    assert len(yard.cold.blobs) == 1
    assert await yard.once() == Swept(erased=1)
    assert yard.cold.blobs == {}


async def test_one_pass_does_all_there_is_to_do_and_says_how_far_it_is(yard: Yard) -> None:
    await lend_cold(yard, count=7)
    await yard.put("k")
    await yard.put("k")
    await yard.abandon()
    swept = await yard.once(batch=2)
    assert swept == Swept(leases=2, candidates=1, erased=7 + NAMES - 2)
    assert yard.reports[-1] == {"leases": 2, "candidates": 1, "erased": 9, "left": 0}
    assert len(yard.reports) > 4
    assert await yard.once(batch=2) == Swept()


async def test_every_step_can_be_watched(yard: Yard) -> None:
    await yard.once()
    assert yard.phases.seen == [("sweep", Phase.CONDEMNED)]
    await yard.abandon()
    await yard.once()
    assert yard.phases.seen[1:] == [("sweep", Phase.CONDEMNED), ("sweep", Phase.ERASED)]


async def test_a_sweep_killed_between_bytes_and_rows_deletes_them_again(yard: Yard) -> None:
    class KilledAt(MemoryPhases):
        def reached(self, operation: str, phase: Phase) -> None:
            if phase is Phase.ERASED:
                raise Killed

    await yard.give_up()
    await yard.abandon()
    with pytest.raises(Killed):
        await yard.sweep(phases=KilledAt()).pass_once(yard.reports.append)
    assert yard.stored() == set()
    assert len(yard.garbage.entries) == NAMES
    assert await yard.once() == Swept(erased=NAMES)


async def test_a_sweep_killed_anywhere_leaves_its_work_to_the_next() -> None:
    for step in count(1):
        yard = await new_yard()
        killed = 0
        for key in ("kept", "over", "over"):
            await yard.put(key)
        await yard.give_up()
        await yard.abandon()
        for wait in (TERMS.grace, TERMS.again_after, timedelta()):
            yard.fuse.steps = step
            try:
                await yard.once()
            except Killed:
                killed += 1
            yard.clock.advance(wait)
        yard.fuse.steps = -1
        await yard.to_the_end()
        assert yard.nothing_left(), f"killed at step {step}"
        assert yard.stored() == yard.live(), f"killed at step {step}"
        assert len(yard.live()) == 2
        if not killed:
            break
    assert step > 10


async def test_sweeps_at_once_settle_everything_once(yard: Yard) -> None:
    await yard.put("k")
    await yard.put("k")
    await lend_cold(yard, count=9)
    await yard.abandon()
    swept = await asyncio.gather(*(yard.sweep(batch=3).pass_once(yard.reports.append) for _ in range(4)))
    assert sum(swept, Swept()) == Swept(leases=2, candidates=1, erased=9 + NAMES - 2)
    assert {entry.condemned.erased for entry in yard.garbage.entries.values()} == {0, 1}
    await yard.to_the_end()
    assert yard.nothing_left()
    assert yard.stored() == yard.live()


def test_a_grace_that_a_request_could_outlive_is_refused() -> None:
    assert SweepTerms(grace=2 * LONGEST_REQUEST).grace == TERMS.grace
    with pytest.raises(BrokenSetting, match="at the least"):
        SweepTerms(grace=2 * LONGEST_REQUEST - timedelta(seconds=1))


def test_the_shortest_grace_that_can_be_set_is_long_enough() -> None:
    least = WorkerSettings.__dataclass_fields__["sweep_grace"].metadata["setting"].least
    assert SweepTerms(grace=timedelta(seconds=least)).grace >= 2 * LONGEST_REQUEST
