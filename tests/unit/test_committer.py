"""Lanes come and go, and nobody who waits is forgotten between them."""

import asyncio

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.memory.phases import MemoryPhases
from buckets.model.commit import Committed, PutItem
from buckets.service.committer import Committer
from tests.factories import values

OWNER = values.user()
BUCKET = values.bucket(OWNER)


@pytest.fixture
def committer() -> Committer:
    catalog = MemoryCatalog(ids=values.IDS, clock=values.ManualClock())
    catalog.buckets[BUCKET.name] = BUCKET
    return Committer(objects=catalog, ids=values.IDS, phases=MemoryPhases(), lanes=1)


@pytest.mark.parametrize("turns", range(6))
async def test_a_write_that_comes_while_a_lane_ends_is_carried_out(committer: Committer, turns: int) -> None:
    writes = [asyncio.create_task(committer.commit(_item("first")))]
    await _pass(turns)
    writes.append(asyncio.create_task(committer.commit(_item("second"))))
    await _pass(20)
    assert [isinstance(write.result(), Committed) for write in writes if write.done()] == [True, True]


async def test_what_waits_for_its_commit_is_counted(committer: Committer) -> None:
    writes = [asyncio.create_task(committer.commit(_item("same"))) for _ in range(3)]
    await _pass(1)
    assert committer.waiting == 3
    await asyncio.gather(*writes)
    assert committer.waiting == 0


def _item(key: str) -> PutItem:
    return values.put_item(BUCKET, key, b"", owner=OWNER, name=None)


async def _pass(turns: int) -> None:
    """Everybody else gets so many turns of the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)
