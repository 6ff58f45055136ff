"""Runs the two listeners until told to stop, and stops without cutting anybody off who can finish in time."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from gateway.edge.connection import Bounds, Handler, Listener
from gateway.edge.settings import EdgeSettings

_BACKLOG = 1024
_CLEANUP = 0.2  # seconds for handlers whose connections have gone already


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """Bound, not listening yet (`edge/listen.py`)."""

    data: socket.socket
    operations: socket.socket


class Server:
    """The data listener and the operations listener of one process.

    When it ends, `on_drain` comes first: from then on balancers should look elsewhere. `finish` comes last: what goes on without a
    connection, as a COMMIT does, is waited for.
    """

    def __init__(
        self,
        *,
        data: Handler,
        operations: web.Application,
        sockets: Sockets,
        settings: EdgeSettings,
        on_drain: Callable[[], None],
        finish: Callable[[], Awaitable[None]],
    ) -> None:
        self._data = data
        self._operations = web.AppRunner(operations, access_log=None, shutdown_timeout=_CLEANUP)
        self._sockets = sockets
        self._settings = settings
        self._on_drain = on_drain
        self._finish = finish

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = stop_signal()
        await self.start()
        try:
            on_ready()
            await stop.wait()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Answer on both listeners. The operations come first, so that somebody can be asked how the rest is getting on."""
        await _serve(self._operations, self._sockets.operations)
        bounds = Bounds(keepalive_timeout=self._settings.keepalive)
        self._listener = Listener(self._data, header_timeout=self._settings.header_timeout, bounds=bounds)
        self._runner = web.ServerRunner(self._listener, shutdown_timeout=_CLEANUP)
        await _serve(self._runner, self._sockets.data)

    async def stop(self) -> None:
        """Requests in flight may finish within the settings' time; the operations go on answering until they have."""
        self._on_drain()
        for site in self._runner.sites:
            await site.stop()
        await self._listener.drain(self._settings.drain_seconds)
        await self._runner.cleanup()
        await self._finish()
        await self._operations.cleanup()


def stop_signal() -> asyncio.Event:
    """Set once SIGTERM or SIGINT has come, from now on."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _serve(runner: web.BaseRunner, wire: socket.socket) -> None:
    await runner.setup()
    await web.SockSite(runner, wire, backlog=_BACKLOG).start()
