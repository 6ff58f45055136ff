"""Sessions with the truth behind them, over each implementation: what is lost or behind is rebuilt, and the truth is asked once."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from buckets.errors import NoSuchResource
from buckets.memory.sessions import MemorySessions
from buckets.ports import Sessions
from buckets.service.live_uploads import LiveUploads
from buckets.sessions.uploads import RedisSessions
from gateway.embedded.valkey import ValkeyServer
from gateway.system import SystemClock
from tests.factories.uploads import Truth, upload_id
from tests.fixtures.links import linked
from tests.suites.locks import BOUND


@pytest.fixture(params=["memory", "redis", "redis that is not there"])
async def sessions(request: pytest.FixtureRequest, valkey_server: ValkeyServer) -> AsyncIterator[Sessions]:
    if request.param == "memory":
        yield MemorySessions(SystemClock())
    else:
        url = valkey_server.url if request.param == "redis" else "redis://127.0.0.1:1/0"
        async with linked(url) as link:
            yield RedisSessions(link)


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
def live(sessions: Sessions, truth: Truth) -> LiveUploads:
    return LiveUploads(sessions=sessions, load_truth=truth.load)


def is_remembering(sessions: Sessions) -> bool:
    return not (isinstance(sessions, RedisSessions) and sessions.link.breaker.is_away)


async def test_what_is_not_here_comes_from_the_truth_and_is_here_then(live: LiveUploads, truth: Truth, sessions: Sessions) -> None:
    history = truth.begin()
    history.acknowledge((1, 5))
    for _ in range(3):
        assert await live.load(history.begun.id) == history.at(2)[0]
        assert await live.load_parts(history.begun.id) == history.at(2)[1]
    assert truth.loads == (1 if is_remembering(sessions) else 6)


class Asked:
    """Sessions that open a gate as soon as so many have been told what they found, or that nothing could be found out."""

    def __init__(self, sessions: Sessions, gate: asyncio.Event, left: int) -> None:
        self.sessions, self.gate, self.left = sessions, gate, left

    def __getattr__(self, verb: str) -> Any:
        async def ask(*args: object, **words: object) -> object:
            try:
                return await getattr(self.sessions, verb)(*args, **words)
            finally:
                self.left -= 1
                if not self.left:
                    asyncio.get_running_loop().call_soon(self.gate.set)

        return ask


async def test_a_stampede_is_one_load(sessions: Sessions, truth: Truth) -> None:
    history, truth.gate = truth.begin(), asyncio.Event()
    history.acknowledge((1, 5))
    asked: Any = Asked(sessions, truth.gate, 100)
    live = LiveUploads(sessions=asked, load_truth=truth.load)
    asks = [live.load(history.begun.id, at_least=2) for _ in range(50)]
    answers = await asyncio.gather(*asks, *(live.load_parts(history.begun.id) for _ in range(50)))
    assert answers == [history.at(2)[0]] * 50 + [history.at(2)[1]] * 50
    assert truth.loads == 1


async def test_uploads_are_loaded_apart(live: LiveUploads, truth: Truth) -> None:
    histories = [truth.begin() for _ in range(3)]
    answers = await asyncio.gather(*(live.load(history.begun.id) for history in histories))
    assert answers == [history.begun for history in histories]


async def test_what_is_behind_is_rebuilt(live: LiveUploads, truth: Truth, sessions: Sessions) -> None:
    history = truth.begin()
    assert await live.load(history.begun.id) == history.begun
    for number in range(1, 4):
        history.acknowledge((number, 5))
    assert await live.load(history.begun.id, at_least=4) == history.at(4)[0]
    if is_remembering(sessions):
        assert await sessions.find(history.begun.id, at_least=4) == history.at(4)[0]


async def test_who_knows_of_more_is_not_answered_by_a_load_that_began_before_it(sessions: Sessions, truth: Truth) -> None:
    history, truth.gate = truth.begin(), asyncio.Event()
    asked: Any = Asked(sessions, truth.gate, 1 + 20)
    live = LiveUploads(sessions=asked, load_truth=truth.load)
    early = asyncio.create_task(live.load(history.begun.id))
    await asyncio.wait_for(truth.begun.wait(), BOUND)
    history.acknowledge((1, 5))
    late = await asyncio.gather(*(live.load(history.begun.id, at_least=2) for _ in range(20)))
    assert await early == history.at(1)[0]
    assert late == [history.at(2)[0]] * 20
    assert truth.loads == 2


async def test_what_the_truth_does_not_know_is_told_to_everybody(live: LiveUploads) -> None:
    upload = upload_id()
    answers = await asyncio.gather(*(live.load(upload) for _ in range(10)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [NoSuchResource] * 10


async def test_a_load_that_failed_is_not_remembered(live: LiveUploads, truth: Truth) -> None:
    history = truth.begin()
    del truth.histories[history.begun.id]
    with pytest.raises(NoSuchResource):
        await live.load(history.begun.id)
    truth.histories[history.begun.id] = history
    assert await live.load(history.begun.id) == history.begun


async def test_who_leaves_takes_nothing_from_those_who_stay(sessions: Sessions, truth: Truth) -> None:
    history, truth.gate = truth.begin(), asyncio.Event()
    both = asyncio.Event()
    asked: Any = Asked(sessions, both, 2)
    live = LiveUploads(sessions=asked, load_truth=truth.load)
    leaving, staying = (asyncio.create_task(live.load(history.begun.id)) for _ in range(2))
    await asyncio.wait_for(both.wait(), BOUND)
    leaving.cancel()
    truth.gate.set()
    assert await staying == history.begun
    assert leaving.cancelled()
    assert truth.loads == 1


async def test_a_failure_that_nobody_waits_for_any_more_is_no_news(live: LiveUploads, truth: Truth) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    history, truth.gate = truth.begin(), asyncio.Event()
    asking = asyncio.create_task(live.load(history.begun.id))
    await asyncio.wait_for(truth.begun.wait(), BOUND)
    [loading] = live._loading.values()
    asking.cancel()
    truth.failing = True
    truth.gate.set()
    await asyncio.wait([loading])
    assert live._loading == {}
    del asking, loading
    gc.collect()  # which is when an error that nobody looked at is told
    assert not told
