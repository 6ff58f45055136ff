"""`seawall serve`: one process of an installation whose servers somebody else runs."""

import asyncio
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from aiohttp import web

from buckets.errors import BrokenSetting
from gateway.build import House, build
from gateway.cli.options import settings_options
from gateway.cli.up import addressed, bound
from gateway.config.config import Config
from gateway.config.load import load
from gateway.edge.exchange import REQUEST_ID
from gateway.edge.listen import bind, url_of
from gateway.embedded.secret_file import write_private
from gateway.observe.logging import configure
from gateway.periodic import background, kept_up
from gateway.serve import Server

_log = logging.getLogger(__name__)


@click.command()
@settings_options
@click.option("--without-jobs", is_flag=True, help="Leave the jobs to other processes.")
@click.option("--jobs-only", is_flag=True, help="Do the jobs, and answer on the operations listener only.")
@click.option("--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written as JSON once everything is ready.")
def serve(given: Mapping[str, str], config_file: Path | None, without_jobs: bool, jobs_only: bool, ready_file: Path | None) -> None:
    """Serve with the settings as they stand, in one process: for more, start this several times.

    It starts no servers, and changes neither schema nor accounts: `seawall migrate up` and `seawall init` come first.
    """
    if without_jobs and jobs_only:
        raise click.UsageError("--without-jobs and --jobs-only leave nothing to do")
    config = load(flags=given, file=config_file).config
    _refuse_several(config)
    configure(config.observe, request_id=REQUEST_ID.get)
    with ExitStack() as stack:
        asyncio.run(_work(config, ready_file, stack) if jobs_only else _serve(config, ready_file, stack, jobs=not without_jobs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the process answers; also what the ready file holds."""

    endpoint: str = ""
    ops: str

    def announce(self, file: Path | None) -> None:
        if file:
            write_private(file, json.dumps(asdict(self)))
        _log.info("ready", extra={name: url for name, url in asdict(self).items() if url})


async def _serve(config: Config, ready_file: Path | None, stack: ExitStack, *, jobs: bool) -> None:
    sockets = bound(config, stack)
    config = addressed(config, sockets)
    ready = Ready(endpoint=url_of(sockets.data), ops=url_of(sockets.operations))
    async with build(config) as house:
        server = Server(
            data=house.data,
            operations=house.operations,
            sockets=sockets,
            settings=config.edge,
            on_drain=house.health.drain,
            finish=house.finish,
        )
        async with background(*([house.worker.run()] if jobs else [])), kept_up(house.chores):
            await server.run(on_ready=lambda: ready.announce(ready_file))


async def _work(config: Config, ready_file: Path | None, stack: ExitStack) -> None:
    """What is unfinished at the end goes back at once, for others to take."""
    wire = stack.enter_context(bind(config.edge.ops_host, config.edge.ops_port))
    stop = _stop_signal()
    async with build(config) as house, _answering(house, wire):
        async with background(house.worker.run()), kept_up(house.chores):
            Ready(ops=url_of(wire)).announce(ready_file)
            await stop.wait()
            house.health.drain()
        await house.finish()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


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


def _refuse_several(config: Config) -> None:
    if config.workers > 1:
        raise BrokenSetting(f"workers is {config.workers}, but seawall serve is one process: start it {config.workers} times")
