"""Bodies on their way out: counted, gathered, kept back, cut."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import ClientGone, IncompleteBody
from seaweedfs.outgoing import ENOUGH, Counted, Held, Outgoing
from seaweedfs.writing import cut
from tests.factories.bodies import KIB, body, broken, noise, stalled

chunkings = st.lists(st.integers(0, 3 * ENOUGH).map(noise), max_size=6)


def outgoing(given_body: AsyncIterator[bytes]) -> Outgoing:
    return Outgoing(given_body, patience=60)


async def given_out(outgoing: Outgoing) -> list[bytes]:
    return [chunk async for chunk in outgoing]


@given(chunkings)
async def test_what_is_given_out_is_what_was_drawn(chunks: list[bytes]) -> None:
    out = outgoing(body(*chunks))
    assert b"".join(await given_out(out)) == b"".join(chunks)
    assert (out.drawn, out.whole, out.fault) == (True, True, None)


@given(chunkings)
async def test_all_but_the_last_are_worth_a_write(chunks: list[bytes]) -> None:
    assert all(len(chunk) >= ENOUGH for chunk in (await given_out(outgoing(body(*chunks))))[:-1])


@given(chunkings.filter(any))
async def test_of_a_body_that_breaks_the_last_chunk_is_not_given_out(chunks: list[bytes]) -> None:
    fault = ClientGone()
    out, seen = outgoing(broken(*chunks, fault=fault)), list[bytes]()

    async def give_out() -> None:
        async for chunk in out:
            seen.append(chunk)

    with pytest.raises(ClientGone):
        await give_out()
    assert sum(map(len, seen)) < sum(map(len, chunks))
    assert out.fault is fault
    assert not out.whole


async def test_small_chunks_are_gathered() -> None:
    assert [len(chunk) for chunk in await given_out(outgoing(body(*[bytes(61)] * 5000)))] == [65575, 65575, 65575, 65575, 42700]


async def test_who_stops_in_the_middle_can_wait_until_nobody_draws() -> None:
    reached = asyncio.Event()
    out = outgoing(stalled(reached=reached))
    drawing = asyncio.create_task(anext(out))
    await reached.wait()
    drawing.cancel()
    await out.settled()
    assert drawing.cancelled() or drawing.done()


@given(st.binary(max_size=50).map(lambda start: start * (10 * KIB)))
async def test_what_is_held_comes_as_it_is(content: bytes) -> None:
    assert b"".join([bytes(portion) async for portion in Held(content)]) == content


@pytest.mark.parametrize("size", [None, 6])
async def test_a_body_of_the_size_announced_is_counted(size: int | None) -> None:
    counted = Counted(body(b"", b"abc", b"", b"def", b""), size)
    assert [chunk async for chunk in counted] == [b"abc", b"def"]
    assert counted.received == 6


@pytest.mark.parametrize("size", [0, 5, 7])
async def test_a_body_of_another_size_is_incomplete(size: int) -> None:
    with pytest.raises(IncompleteBody):
        _ = [chunk async for chunk in Counted(body(b"abc", b"def"), size)]


@given(st.lists(st.integers(0, 300), max_size=10), st.integers(1, 200))
async def test_a_body_is_cut_into_pieces_of_one_size(sizes: list[int], size: int) -> None:
    content = noise(sum(sizes))
    ends = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    pieces = [piece async for piece in cut(body(*(content[start:end] for start, end in pairwise(ends))), size)]
    assert b"".join(piece.content for piece in pieces) == content
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(len(piece.content) == size for piece in pieces[:-1])
    assert len(pieces[-1].content) <= size
    assert pieces[-1].content or not content


async def test_a_piece_is_not_given_out_before_it_is_known_whether_it_is_the_last() -> None:
    reached = asyncio.Event()
    pieces = cut(stalled(bytes(100), reached=reached), 100)
    first = asyncio.create_task(anext(pieces))
    await reached.wait()
    assert not first.done()
    first.cancel()
    await asyncio.wait((first,))
    await pieces.aclose()
