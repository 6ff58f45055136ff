"""Room for pieces: each put has its own, more when there is some, and none waits for another."""

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from buckets.errors import StoreBusy
from seaweedfs.gate import Gate
from seaweedfs.piece_room import PieceRoom, Share
from tests.factories.bodies import KIB, MIB


def memory(room: int = 256 * MIB, *, queue: int = 100, patience: float = 60) -> Gate:
    return Gate(room=room, queue=queue, patience=patience)


async def storing() -> None:
    await asyncio.Event().wait()


async def sent(share: Share) -> "asyncio.Task[None]":
    task = asyncio.create_task(storing())
    share.send(task)
    return task


async def stored(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait((task,))
    await asyncio.sleep(0)  # its callbacks are due


async def test_a_put_alone_has_room_for_every_piece_that_it_holds() -> None:
    gate = memory()
    async with PieceRoom(gate, largest=8 * MIB).share() as share:
        assert (share.size, gate.taken) == (8 * MIB, 8 * MIB)
        on_their_way = [await sent(share) for _ in range(2)]
        await share.room_to_fill()
        assert gate.taken == 24 * MIB
        for task in on_their_way:
            await stored(task)
        assert gate.taken == 8 * MIB
    assert gate.taken == 0


async def test_a_put_that_finds_no_room_for_another_piece_fills_it_when_one_was_stored() -> None:
    gate = memory(MIB)
    async with PieceRoom(gate, largest=MIB).share() as share:
        gate.try_enter(gate.room - gate.taken)
        task = await sent(share)
        waiting = asyncio.create_task(share.room_to_fill())
        await asyncio.sleep(0)
        assert not waiting.done()
        await stored(task)
        await waiting
        assert gate.taken == gate.room


@pytest.mark.parametrize("pieces", [2, 3])
async def test_a_piece_keeps_its_room_after_its_put_has_ended(pieces: int) -> None:
    """Whether there was room for a third or not."""
    gate = memory(MIB)
    others = gate.room - pieces * 64 * KIB
    gate.try_enter(others)
    async with PieceRoom(gate, largest=64 * KIB).share() as share:
        tasks = [await sent(share) for _ in range(2)]
    gate.leave(others)
    assert gate.taken == 2 * 64 * KIB
    for task in tasks:
        await stored(task)
    assert gate.taken == 0


@pytest.mark.parametrize(("room", "largest", "puts"), [(256 * MIB, 8 * MIB, 107), (MIB, 64 * KIB, 16), (64 * MIB, 8 * MIB, 64)])
async def test_the_less_room_is_left_the_smaller_are_the_pieces(room: int, largest: int, puts: int) -> None:
    gate = memory(room, queue=0)
    pieces = PieceRoom(gate, largest=largest)
    async with AsyncExitStack() as stack:
        sizes = [(await stack.enter_async_context(pieces.share())).size for _ in range(puts)]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == min(largest, room // 16)
    assert gate.taken == 0
    async with pieces.share() as again:
        assert again.size == sizes[0]


async def test_what_was_lent_makes_nobody_s_pieces_smaller_and_comes_back_to_who_waits() -> None:
    gate = memory(64 * MIB)
    pieces = PieceRoom(gate, largest=4 * MIB)
    async with pieces.share() as first:
        tasks = [await sent(first) for _ in range(15)]
        second = asyncio.create_task(pieces.share().__aenter__())
        await asyncio.sleep(0)
        assert not second.done()
        another = await sent(first)
        await stored(another)
        assert not second.done()
        await stored(tasks[0])
        assert (await second).size == 2 * MIB


async def test_who_finds_no_room_at_all_is_sent_away_and_leaves_nothing_promised() -> None:
    gate = memory(MIB, queue=0)
    pieces = PieceRoom(gate, largest=MIB)
    gate.try_enter(MIB)
    for _ in range(20):
        with pytest.raises(StoreBusy):
            await pieces.share().__aenter__()
    gate.leave(MIB)
    async with pieces.share() as share:
        assert share.size == 64 * KIB


@pytest.mark.parametrize("largest", [64 * KIB, MIB, 64 * MIB])
async def test_the_smallest_room_holds_the_largest_pieces_in_smaller_ones(largest: int) -> None:
    async with PieceRoom(memory(MIB), largest=largest).share() as share:
        assert 64 * KIB <= share.size <= MIB


@pytest.mark.parametrize("seed", range(20))
async def test_puts_that_all_want_more_never_wait_for_each_other(seed: int) -> None:
    """Each writes as the store does, at the whim of chance; together they want many times what there is."""
    chance = random.Random(seed)
    gate = memory(MIB, queue=200)
    pieces = PieceRoom(gate, largest=MIB)
    peak = 0

    async def wait() -> None:
        for _ in range(chance.randrange(5)):
            await asyncio.sleep(0)

    async def put() -> None:
        nonlocal peak
        async with pieces.share() as share:
            under_way = set[asyncio.Task[None]]()
            for _ in range(10):
                await wait()
                under_way.add(task := asyncio.create_task(wait()))
                share.send(task)
                peak = max(peak, gate.taken)
                await share.room_to_fill()
            await asyncio.gather(*under_way)

    async with asyncio.timeout(30):
        await asyncio.gather(*(put() for _ in range(50)))
    assert MIB // 2 < peak <= gate.room
    assert gate.taken == 0
