"""A client goes in the middle of something: the old version reads on, or the new one does.

Over sockets, with an object in place already. What is refused to a name that is free stands in `tests/http/test_bodies.py`, and
readers that stop reading in `tests/http/test_streams.py`.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import pytest

from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.phases import MemoryPhases
from buckets.model.blob import Span
from buckets.model.commit import CommitItem, Outcome
from buckets.ports import BlobStore, Phase
from tests.factories.bodies import noise
from tests.faults.overwriting import FRONTS, NEW, OLD, assert_charged_once, furnished, reads, untouched
from tests.http.house import House
from tests.http.wire import ask, bearer, connected, request


@pytest.fixture
def store() -> BlobStore:
    return MemoryBlobStore()


@pytest.fixture
async def house(store: BlobStore) -> AsyncIterator[House]:
    async with furnished(store) as house:
        yield house


class Leaver:
    """A client on a socket of its own: what it does has happened at once."""

    def __init__(self, house: House) -> None:
        self.wire = socket.create_connection(("127.0.0.1", house.port))

    def close(self) -> None:
        self.wire.close()

    def half_close(self) -> None:
        self.wire.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.close()


@pytest.fixture(params=[Leaver.close, Leaver.half_close, Leaver.reset], ids=lambda way: way.__name__)
def leave(request: pytest.FixtureRequest) -> Callable[[Leaver], None]:
    way: Callable[[Leaver], None] = request.param
    return way


@pytest.fixture
def leaver(house: House) -> Iterator[Leaver]:
    leaver = Leaver(house)
    yield leaver
    leaver.close()


@pytest.fixture
def at_phase(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Phase, Callable[[], None]], None]:
    """Have something done as soon as an operation has come so far."""

    def arrange(operation: str, phase: Phase, act: Callable[[], None]) -> None:
        def reached(_: MemoryPhases, *come: object) -> None:
            if come == (operation, phase):
                act()

        monkeypatch.setattr(MemoryPhases, "reached", reached)

    return arrange


Leave: TypeAlias = Callable[[Leaver], None]
AtPhase: TypeAlias = Callable[[str, Phase, Callable[[], None]], None]


@pytest.mark.parametrize("target", FRONTS)
class TestWritersThatLeave:
    @pytest.mark.parametrize("sent", [0, 1, 5_000, 9_999])
    async def test_in_the_middle_of_a_body_they_change_nothing(
        self, house: House, leaver: Leaver, leave: Leave, target: str, sent: int
    ) -> None:
        with untouched(house):
            leaver.wire.sendall(request("PUT", target, bearer(house), NEW[:sent], length=len(NEW)))
            leave(leaver)
            await house.over(3)
        assert await reads(house) == OLD

    @pytest.mark.parametrize("phase", [Phase.RECEIVE, Phase.STORED, Phase.COMMIT, Phase.COMMITTED])
    async def test_behind_a_body_they_have_stored_it(
        self, house: House, leaver: Leaver, leave: Leave, target: str, phase: Phase, at_phase: AtPhase
    ) -> None:
        at_phase("put", phase, lambda: leave(leaver))
        leaver.wire.sendall(request("PUT", target, bearer(house), NEW))
        await house.over(3)
        assert await reads(house) == NEW
        assert_charged_once(house, len(NEW))

    @pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.COMMITTED])
    async def test_behind_a_delete_they_have_deleted(
        self, house: House, leaver: Leaver, leave: Leave, target: str, phase: Phase, at_phase: AtPhase
    ) -> None:
        at_phase("delete", phase, lambda: leave(leaver))
        leaver.wire.sendall(request("DELETE", target, bearer(house)))
        await house.over(3)
        assert house.keys == ["canary"]

    async def test_while_a_commit_runs_they_cut_nothing(
        self, house: House, leaver: Leaver, leave: Leave, target: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit, running, go = MemoryCatalog.commit, asyncio.Event(), asyncio.Event()

        async def slow_commit(catalog: MemoryCatalog, items: Sequence[CommitItem]) -> Sequence[Outcome]:
            running.set()
            await go.wait()
            return await commit(catalog, items)

        monkeypatch.setattr(MemoryCatalog, "commit", slow_commit)
        with untouched(house):
            leaver.wire.sendall(request("PUT", target, bearer(house), NEW))
            await running.wait()
            leave(leaver)
            assert await reads(house) == OLD
        go.set()
        await house.over(4)
        assert await reads(house) == NEW
        assert_charged_once(house, len(NEW))


class PausingStore(MemoryBlobStore):
    """Gives so many bytes of a blob, stops, and gives the rest when it may go on; it knows who is still reading."""

    def __init__(self) -> None:
        super().__init__()
        self.pause = 0
        self.paused, self.go = asyncio.Event(), asyncio.Event()
        self.readers = 0

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        self.readers += 1
        try:
            async with super().open(locator, span) as chunks:
                yield self._stopping(chunks)
        finally:
            self.readers -= 1

    async def _stopping(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        given = 0
        async for chunk in chunks:
            if given >= self.pause:
                self.paused.set()
                await self.go.wait()
            yield chunk
            given += len(chunk)


FILM = noise(4 << 20)


@pytest.mark.parametrize("target", FRONTS)
@pytest.mark.parametrize("pause", [0, 2 << 20], ids=["before the first byte", "in the middle"])
class TestReadersThatLeave:
    @pytest.fixture
    def store(self) -> PausingStore:
        return PausingStore()

    @pytest.fixture
    async def cinema(self, house: House, store: PausingStore, pause: int) -> AsyncIterator[House]:
        """With something that is long enough to leave."""
        assert (await ask(house, "PUT", "/photos/a", body=FILM)).status == 200
        store.pause = pause
        yield house
        assert store.readers == 0
        assert await reads(house) == FILM

    @pytest.mark.parametrize("leave", [Leaver.close, Leaver.reset])
    async def test_they_let_go_of_everything(
        self, cinema: House, store: PausingStore, leaver: Leaver, leave: Leave, target: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        leaver.wire.sendall(request("GET", target, bearer(cinema)))
        await store.paused.wait()
        leave(leaver)
        store.go.set()
        await cinema.over(4)
        assert cinema.lines[-1]["status"] == "reset"
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    async def test_who_only_says_no_more_gets_the_whole_or_visibly_less(
        self, cinema: House, store: PausingStore, target: str
    ) -> None:
        async with connected(cinema) as wire:
            await wire.send(request("GET", target, bearer(cinema)))
            await store.paused.wait()
            wire.writer.write_eof()
            store.go.set()
            head, got = await wire.reader.readuntil(b"\r\n\r\n"), await wire.rest()
        assert f"content-length: {len(FILM)}".encode() in head.lower()
        assert FILM.startswith(got)
        await cinema.over(4)
        assert cinema.lines[-1]["status"] == ("200" if len(got) == len(FILM) else "reset")
