"""A body that comes a few bytes at a time costs no more memory than one that comes in large pieces."""

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

from buckets.ports import Claims
from gateway.ingest.digests import StreamChecksums
from tests.factories.bodies import KIB, MIB
from tests.factories.disk import BLOB, prepared

SIZE = 255 * KIB  # just not enough for anybody to let go of it


class Drips:
    """A body that weighs, at its end, what others hold of it."""

    def __init__(self) -> None:
        self.held = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tracemalloc.start()
        for number in range(SIZE // 3):
            yield number.to_bytes(3, "big")
        self.held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()


async def test_digests_of_a_dripping_body_hold_little_more_than_its_bytes() -> None:
    drips = Drips()
    async with StreamChecksums().inspect(Claims(size=SIZE), limit=MIB) as inspection:
        async for _ in inspection.watch(aiter(drips)):
            pass
        assert (await inspection.findings()).size == SIZE
    assert SIZE // 2 < drips.held < 2 * SIZE


async def test_a_disk_that_is_given_drips_holds_little_more_than_their_bytes(tmp_path: Path) -> None:
    drips, store = Drips(), await prepared(tmp_path)
    assert (await store.put(BLOB, aiter(drips), size=SIZE)).size == SIZE
    assert SIZE // 2 < drips.held < 2 * SIZE
