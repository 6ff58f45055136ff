"""Two processes over one catalog and one store answer as one: what the one has acknowledged the other knows."""

import asyncio
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.acceptance.fronts import Front, fronts
from tests.acceptance.history import History
from tests.acceptance.stack import PATIENCE, Stack, _awaited, up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CHECKOUT = Path(__file__).parents[2]
KEYS = 8
ROUNDS = 300
RACES = 50
RACERS = 16
Pair = tuple[Front, Front]


@contextmanager
def beside(data: Path) -> Iterator[Stack]:
    """A second process over the servers and the blobs of the stack in that directory."""
    ready = data.parent / "second.json"
    command = [sys.executable, "-m", "tests.acceptance.second", str(data), str(ready)]
    process = subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=CHECKOUT)
    try:
        yield Stack(process=process, **json.loads(_awaited(ready, process)))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Stack]]:
    data = tmp_path_factory.mktemp("two") / "data"
    with up(data) as first, beside(data) as second:
        yield first, second


@pytest.fixture
def pairs(stacks: tuple[Stack, Stack]) -> Sequence[Pair]:
    """A surface of the one process and one of the other, in all combinations and both ways round."""
    first, second = (fronts(stacks[0], stack.endpoint) for stack in stacks)
    return [*itertools.product(first, second), *itertools.product(second, first)]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
        yield session


async def put(session: aiohttp.ClientSession, front: Front, key: str, body: bytes, *, fresh: bool = False) -> int:
    headers = {**front.headers("PUT", key), **({"If-None-Match": "*"} if fresh else {})}
    async with session.put(f"{front.endpoint}{front.path(key)}", data=body, headers=headers) as answer:
        await answer.read()
        return answer.status


async def delete(session: aiohttp.ClientSession, front: Front, key: str) -> None:
    async with session.delete(f"{front.endpoint}{front.path(key)}", headers=front.headers("DELETE", key)) as answer:
        assert answer.status == 204, await answer.read()


async def get(session: aiohttp.ClientSession, front: Front, key: str) -> tuple[int, bytes, str]:
    async with session.get(f"{front.endpoint}{front.path(key)}", headers=front.headers("GET", key)) as answer:
        return answer.status, await answer.read(), answer.headers.get("ETag", "")


async def listed(session: aiohttp.ClientSession, front: Front, prefix: str) -> Mapping[str, str]:
    async with session.get(
        URL(front.endpoint + front.list_path(prefix), encoded=True), headers=front.list_headers(prefix)
    ) as answer:
        body = await answer.read()
        assert answer.status == 200, body
        return front.listed(body)


async def look(session: aiohttp.ClientSession, front: Front, history: History) -> None:
    floor = history.floor
    status, body, etag = await get(session, front, history.key)
    if status == 404:
        history.saw_nothing(floor)
    else:
        assert status == 200, body
        history.saw(floor, body, etag)


async def write(session: aiohttp.ClientSession, here: Front, there: Front, history: History) -> None:
    """Round after round on the one process; what was acknowledged must be there on the other with the very next look."""
    for turn in range(ROUNDS):
        number = history.begin(delete=turn % 5 == 4)
        if turn % 5 == 4:
            await delete(session, here, history.key)
        else:
            assert await put(session, here, history.key, history.body(number)) in (200, 201)
        history.acknowledge()
        await look(session, there, history)
        if turn % 5 >= 3:  # what was written, and then that it was deleted
            assert await listed(session, there, history.key) == history.listing


async def look_on(session: aiohttp.ClientSession, front: Front, history: History) -> None:
    """Look again and again, whatever the writer is at."""
    while history.ended < ROUNDS:
        await look(session, front, history)


async def test_no_process_answers_with_less_than_the_other_has_acknowledged(
    pairs: Sequence[Pair], session: aiohttp.ClientSession
) -> None:
    histories = [History(f"rounds/{number}") for number in range(KEYS)]
    cast = list(zip(histories, itertools.cycle(pairs)))
    async with asyncio.TaskGroup() as group:
        for history, (here, there) in cast:
            group.create_task(write(session, here, there, history))
        for history, (_, there) in cast[::3]:
            group.create_task(look_on(session, there, history))
    assert all(history.ended == ROUNDS and history.reads >= ROUNDS for history in histories)
    assert sum(history.reads for history in histories) > len(histories) * ROUNDS


async def race(session: aiohttp.ClientSession, pairs: Sequence[Pair], key: str) -> bytes:
    """All create the name at once; the body of the one that did."""
    racers = list(zip(itertools.cycle(itertools.chain.from_iterable(pairs)), range(2 * RACERS)))
    outcomes = await asyncio.gather(*(put(session, front, key, _entry(key, number), fresh=True) for front, number in racers))
    won = [number for number, status in enumerate(outcomes) if status in (200, 201)]
    assert len(won) == 1, outcomes
    assert sorted(set(outcomes) - {200, 201}) in ([412], [409], [409, 412]), outcomes
    return _entry(key, won[0])


def _entry(key: str, number: int) -> bytes:
    return f"{key} {number}\n".encode() * 200


async def test_of_those_who_create_a_name_at_once_on_both_processes_one_succeeds(
    pairs: Sequence[Pair], session: aiohttp.ClientSession
) -> None:
    for number in range(RACES):
        key = f"races/{number // 2}"  # every second name has been created and deleted before
        won = await race(session, pairs, key)
        for here, there in pairs:
            assert [(await get(session, front, key))[:2] for front in (here, there)] == [(200, won)] * 2
        await delete(session, pairs[number % len(pairs)][0], key)


async def test_a_key_made_on_one_process_opens_the_other(stacks: tuple[Stack, Stack], session: aiohttp.ClientSession) -> None:
    first, second = stacks
    assert second.api_key != first.api_key
    for front in fronts(second, first.endpoint):
        assert await put(session, front, "keys", b"opened") in (200, 201)
