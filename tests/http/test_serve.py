"""How the listeners begin and end."""

import asyncio
import os
import signal
import socket
from collections.abc import Sequence

import pytest

from buckets.errors import BrokenSetting
from buckets.memory.catalog import MemoryCatalog
from buckets.model.commit import Outcome, PutItem
from gateway.edge.listen import bind, bind_each, url_of
from gateway.edge.settings import EdgeSettings
from tests.http.house import House, served
from tests.http.wire import ask, bearer, connected, request


class TestSockets:
    def test_a_free_port_is_told(self) -> None:
        with bind("127.0.0.1", 0) as wire:
            assert url_of(wire) == f"http://127.0.0.1:{wire.getsockname()[1]}"
        with bind("0.0.0.0", 0) as wire:
            assert url_of(wire) == f"http://127.0.0.1:{wire.getsockname()[1]}"

    def test_a_port_that_is_taken_is_told_in_one_line(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(BrokenSetting) as caught:
                bind("127.0.0.1", port)
        assert str(caught.value) == f"Cannot listen on 127.0.0.1:{port}: another program listens there."

    @pytest.mark.parametrize("host", ["192.0.2.1", "not a host", "x" * 300, "256.1.1.1"])
    def test_what_is_no_address_of_ours_is_told_in_one_line(self, host: str) -> None:
        with pytest.raises(BrokenSetting) as caught:
            bind(host, 0)
        assert "\n" not in str(caught.value)

    def test_ipv6_is_an_address_too(self) -> None:
        if not socket.has_ipv6:
            pytest.skip("this machine has no IPv6")
        with bind("::1", 0) as wire:
            assert url_of(wire).startswith("http://[::1]:")

    def test_processes_of_ours_share_a_port(self) -> None:
        with bind("127.0.0.1", 0, shared=True) as one, bind("127.0.0.1", one.getsockname()[1], shared=True) as two:
            assert one.getsockname() == two.getsockname()

    def test_several_share_an_address_that_nobody_else_gets(self) -> None:
        wires = bind_each("127.0.0.1", 0, 3)
        try:
            for wire in wires:
                wire.listen()
            port = wires[0].getsockname()[1]
            assert {wire.getsockname() for wire in wires} == {("127.0.0.1", port)}
            with pytest.raises(BrokenSetting):
                bind_each("127.0.0.1", port, 2)
            with pytest.raises(BrokenSetting):
                bind("127.0.0.1", port)
        finally:
            for wire in wires:
                wire.close()


class TestDrain:
    async def test_what_is_in_flight_may_finish(self, canary: House) -> None:
        async with connected(canary) as uploading, connected(canary) as idle:
            await idle.ask("GET", "/photos/canary")
            await uploading.send(request("PUT", "/photos/a", [*bearer(canary), ("Expect", "100-continue")], length=200_000))
            assert (await uploading.reply()).status == 100
            await uploading.send(b"x" * 100_000)
            stopping = asyncio.create_task(canary.running.stop())
            assert await idle.is_closed()
            assert canary.drained == ["drain"]
            with pytest.raises(ConnectionRefusedError):
                await ask(canary, "GET", "/photos/canary")
            await uploading.send(b"x" * 100_000)
            reply = await uploading.reply()
            assert (reply.status, reply.headers["connection"]) == (200, "close")
            assert await uploading.is_closed()
            await stopping
        assert canary.keys == ["canary", "a"]

    async def test_what_does_not_finish_is_reset_and_leaves_nothing(self) -> None:
        async with served(House(settings=EdgeSettings(drain_seconds=0.05))) as house, connected(house) as wire:
            await wire.send(request("PUT", "/photos/a", [*bearer(house), ("Expect", "100-continue")], length=200_000))
            assert (await wire.reply()).status == 100
            await house.running.stop()
            with pytest.raises(ConnectionResetError):
                await wire.rest()
            assert not house.keys

    async def test_a_commit_that_has_begun_is_finished(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun, go, commit = asyncio.Event(), asyncio.Event(), MemoryCatalog.commit

        async def slow_commit(self: MemoryCatalog, items: Sequence[PutItem]) -> Sequence[Outcome]:
            begun.set()
            await go.wait()
            return await commit(self, items)

        monkeypatch.setattr(MemoryCatalog, "commit", slow_commit)
        async with served(House(settings=EdgeSettings(drain_seconds=0.05))) as house, connected(house) as wire:
            await wire.send(request("PUT", "/photos/a", bearer(house), b"hello"))
            await begun.wait()
            stopping = asyncio.create_task(house.running.stop())
            with pytest.raises(ConnectionResetError):
                await wire.rest()
            await house.finishing.wait()
            assert not stopping.done()
            go.set()
            await stopping
            assert house.keys == ["a"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_a_signal_ends_it(self, number: signal.Signals) -> None:
        house, started = House(), asyncio.Event()
        await house.move_in()
        running = asyncio.create_task(house.server().run(started.set))
        await started.wait()
        assert (await ask(house, "PUT", "/photos/a", body=b"hello")).status == 200
        os.kill(os.getpid(), number)
        await running
        assert house.drained == ["drain"]
