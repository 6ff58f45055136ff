"""What one process of `seawall serve` does, be it alone or one of several."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from gateway.build import House, build
from gateway.cli.ready import Ready
from gateway.cli.up import addressed, bound
from gateway.config.config import Config
from gateway.edge.exchange import REQUEST_ID
from gateway.edge.listen import bind, url_of
from gateway.embedded.parent import end_with_parent
from gateway.observe.logging import configure
from gateway.observe.page import Page, SharedPage
from gateway.periodic import background, kept_up
from gateway.processes.place import Taken
from gateway.processes.worker import READY
from gateway.serve import Server, Sockets, stop_signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a process has of its own. Without a data socket it only does jobs."""

    operations: socket.socket
    data: socket.socket | None
    on_ready: Callable[[], None]
    page: Page | None = None


def serve_alone(config: Config, ready_file: Path | None, *, requests: bool, jobs: bool) -> None:
    """In the one process that there is."""
    configure(config.observe, request_id=REQUEST_ID.get)
    with ExitStack() as stack:
        asyncio.run(_run(config, _own_post(config, ready_file, stack, requests=requests), jobs=jobs))


def serve_as_worker(config: Config, handed_over: str, *, jobs: bool) -> None:
    """At a place that a parent has handed over, for as long as the parent lives."""
    taken = Taken.parse(handed_over)
    end_with_parent(taken.parent)
    configure(config.observe, request_id=REQUEST_ID.get)
    place = taken.place
    post = Post(operations=place.operations, data=place.data, on_ready=_tell_parent, page=SharedPage(place.figures))
    asyncio.run(_run(config, post, jobs=jobs))
    if taken.is_orphaned:  # nobody else is left who would
        shutil.rmtree(place.figures.directory, ignore_errors=True)


def _own_post(config: Config, ready_file: Path | None, stack: ExitStack, *, requests: bool) -> Post:
    if not requests:
        wire = stack.enter_context(bind(config.edge.ops_host, config.edge.ops_port))
        return Post(operations=wire, data=None, on_ready=lambda: Ready(ops=url_of(wire)).announce(ready_file))
    sockets = bound(config, stack)
    ready = Ready(endpoint=url_of(sockets.data), ops=url_of(sockets.operations))
    return Post(operations=sockets.operations, data=sockets.data, on_ready=lambda: ready.announce(ready_file))


def _tell_parent() -> None:
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()


async def _run(config: Config, post: Post, *, jobs: bool) -> None:
    if post.data is None:
        await _work(config, post)
    else:
        await _serve(config, Sockets(data=post.data, operations=post.operations), post, jobs=jobs)


async def _serve(config: Config, sockets: Sockets, post: Post, *, jobs: bool) -> None:
    async with build(addressed(config, sockets), page=post.page) as house:
        server = Server(
            data=house.data,
            operations=house.operations,
            sockets=sockets,
            settings=config.edge,
            on_drain=house.health.drain,
            finish=house.finish,
        )
        async with background(*([house.worker.run()] if jobs else [])), kept_up(house.chores):
            await server.run(on_ready=post.on_ready)


async def _work(config: Config, post: Post) -> None:
    """What is unfinished at the end goes back at once, for others to take."""
    stop = stop_signal()
    async with build(config, page=post.page) as house, _answering(house, post.operations):
        async with background(house.worker.run()), kept_up(house.chores):
            post.on_ready()
            await stop.wait()
            house.health.drain()
        await house.finish()


@asynccontextmanager
async def _answering(house: House, wire: socket.socket) -> AsyncIterator[None]:
    """The operations listener alone."""
    runner = web.AppRunner(house.operations, access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.SockSite(runner, wire).start()
        yield
    finally:
        await runner.cleanup()
