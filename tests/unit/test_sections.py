"""A body of unknown length comes to lie in several blobs, and is one object all the same."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckets.errors import ClientGone, DigestMismatch, TooLarge
from buckets.memory.blobs import MemoryBlobStore
from buckets.model.block import BLOCK
from buckets.model.checksum import Algorithm, Claim
from buckets.names import ObjectKey
from buckets.ports import Claims
from buckets.ranges import ByteRange
from buckets.service.sections import sections
from gateway.ingest.digests import StreamChecksums
from tests.factories.bodies import body, broken, noise
from tests.factories.desk import Desk

SECTION = 2 * BLOCK
UNKNOWN = Claims()


async def cut(chunks: Sequence[bytes], size: int) -> list[bytes]:
    return [b"".join([chunk async for chunk in section]) async for section in sections(body(*chunks), size)]


@given(chunks=st.lists(st.binary(max_size=9), max_size=9), size=st.integers(1, 10))
async def test_the_sections_are_the_body_and_all_but_the_last_are_full(chunks: list[bytes], size: int) -> None:
    found = await cut(chunks, size)
    assert b"".join(found) == b"".join(chunks)
    assert all(len(section) == size for section in found[:-1])
    assert len(found) == max(1, -(-len(b"".join(chunks)) // size))


@pytest.fixture
async def desk() -> Desk:
    desk = await Desk().move_in()
    put = replace(desk.objects.put, section=SECTION, checksums=StreamChecksums())
    desk.objects = replace(desk.objects, put=put)
    return desk


def stored(desk: Desk) -> int:
    assert isinstance(desk.store, MemoryBlobStore)
    return len(desk.store.blobs)


@pytest.mark.parametrize("size", [0, 1, SECTION - 1, SECTION, SECTION + 1, 3 * SECTION, 3 * SECTION + BLOCK + 7])
async def test_an_object_of_sections_is_what_was_sent(size: int, desk: Desk) -> None:
    content = noise(size)
    head = await desk.put(desk.plain, "k", content, body=body(*_chunks(content)), claims=UNKNOWN)
    assert (head.content.size, head.extents, stored(desk)) == (size, -(-size // SECTION), max(1, -(-size // SECTION)))
    assert await desk.read(desk.plain, "k") == content


@settings(max_examples=30, deadline=None)
@given(size=st.integers(9 * BLOCK, 12 * BLOCK), data=st.data())
async def test_a_part_of_it_is_read_across_their_borders(size: int, data: st.DataObject) -> None:
    desk = await Desk().move_in()
    desk.objects = replace(desk.objects, put=replace(desk.objects.put, section=SECTION, checksums=StreamChecksums()))
    content = noise(size)
    head = await desk.put(desk.plain, "k", content, body=body(content), claims=UNKNOWN)
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size - 1))
    async with await desk.objects.read.open(desk.plain, head.key, lambda _: ByteRange(first, last)) as reading:
        assert b"".join([chunk async for chunk in reading.chunks]) == content[first : last + 1]


async def test_what_is_claimed_of_it_holds_of_the_whole(desk: Desk) -> None:
    claim = Claim(Algorithm.MD5, bytes(16), "Content-MD5")
    with pytest.raises(DigestMismatch):
        await desk.put(desk.plain, "k", body=body(noise(3 * SECTION)), claims=Claims(digests=[claim]))
    assert await desk.catalog.find_head(desk.plain.id, ObjectKey("k")) is None


async def test_a_body_that_breaks_off_leaves_no_object(desk: Desk) -> None:
    with pytest.raises(ClientGone):
        await desk.put(desk.plain, "k", body=broken(noise(2 * SECTION + 5), fault=ClientGone()), claims=UNKNOWN)
    assert await desk.catalog.find_head(desk.plain.id, ObjectKey("k")) is None


async def test_a_body_that_becomes_too_long_is_cut_off_where_it_does(desk: Desk) -> None:
    drawn = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal drawn
        while True:
            drawn += BLOCK
            yield bytes(BLOCK)

    with pytest.raises(TooLarge):
        await desk.put(desk.plain, "k", body=endless(), claims=UNKNOWN)
    assert drawn <= (1 << 20) + BLOCK


def _chunks(content: bytes) -> list[bytes]:
    return [content[start : start + 50_000] for start in range(0, len(content), 50_000)]
