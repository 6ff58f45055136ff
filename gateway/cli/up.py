"""`seawall up`: the whole stack from one command, everything in one directory."""

import asyncio
import base64
import json
import os
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from buckets.ports import Phases
from buckets.settings import Secret
from gateway.build import House, build
from gateway.cli.banner import Ready, banner
from gateway.cli.founding import found
from gateway.cli.options import settings_options
from gateway.cli.trial import Trial, started
from gateway.config.config import Config
from gateway.config.load import load
from gateway.edge.exchange import REQUEST_ID
from gateway.edge.listen import bind, url_of
from gateway.embedded.parent import end_with_parent
from gateway.embedded.secret_file import write_private
from gateway.observe.logging import configure
from gateway.periodic import background, kept_up
from gateway.serve import Server, Sockets
from seaweedfs.settings import StoreKind


@click.command()
@settings_options
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("seawall-data"), show_default=True,
    help="The directory that everything is kept in.")  # fmt: skip
@click.option("--store", type=click.Choice(["disk", "memory", "seaweedfs"]), help="Where blobs are kept.  [default: disk]")
@click.option("--memory", is_flag=True, help="Keep nothing: no database, no directory, gone at the end.")
@click.option("--host", help="The address of the data listener.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="The port of the data listener; 0 takes a free one.  [default: 9000]")
@click.option("--ops-port", type=int, help="The port of the operations listener; 0 takes a free one.  [default: 9001]")
@click.option("--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written as JSON once everything is ready.")
@click.option("--exit-with-parent", is_flag=True, help="End when the process that started this one ends.")
def up(  # noqa: PLR0917  # the command line has no positions
    given: Mapping[str, str],
    config_file: Path | None,
    data: Path,
    store: str | None,
    memory: bool,
    host: str | None,
    port: int | None,
    ops_port: int | None,
    ready_file: Path | None,
    exit_with_parent: bool,
) -> None:
    """Start the whole stack: PostgreSQL, Valkey, a store and both listeners."""
    if exit_with_parent:
        end_with_parent()
    named = {"store.kind": "memory" if memory else store, "edge.host": host, "edge.port": port, "edge.ops_port": ops_port}
    flags = {**given, **{name: str(value) for name, value in named.items() if value is not None}}
    config = load(flags=flags, file=config_file).config
    configure(config.observe, request_id=REQUEST_ID.get)
    with ExitStack() as stack:
        sockets = bound(config, stack)
        config = addressed(config, sockets)
        trial = None if _keeps_nothing(config) else stack.enter_context(started(config, data))
        asyncio.run(run(Start(trial.config if trial else _passing(config), trial, sockets, ready_file)))


@dataclass(frozen=True, slots=True)
class Start:
    """What is to be run; `phases` takes the place of the metered ones."""

    config: Config
    trial: Trial | None
    sockets: Sockets
    ready_file: Path | None
    phases: Phases | None = None


async def run(start: Start) -> None:
    """Serve until told to stop."""
    if start.trial:
        await start.trial.prepare()
    async with build(start.config, phases=start.phases) as house:
        ready = await _found(house, start)
        server = Server(
            data=house.data,
            operations=house.operations,
            sockets=start.sockets,
            settings=start.config.edge,
            on_drain=house.health.drain,
            finish=house.finish,
        )
        async with background(house.worker.run(), *_watching(start.trial)), kept_up(house.chores):
            await server.run(on_ready=lambda: _announce(ready, start.ready_file))


def _watching(trial: Trial | None) -> Sequence[Coroutine[Any, Any, None]]:
    """Embedded servers that die meanwhile are started again."""
    return [trial.supervisor.watch()] if trial else []


async def _found(house: House, start: Start) -> Ready:
    founded = await found(house, start.trial.credentials if start.trial else None)
    return Ready.of(
        founded.credentials,
        endpoint=start.config.edge.public_base_url,
        ops=url_of(start.sockets.operations),
        region=start.config.edge.region,
        store=start.config.store.kind,
    )


def _announce(ready: Ready, file: Path | None) -> None:
    if file:
        write_private(file, json.dumps(asdict(ready)))
    click.echo(banner(ready))


def bound(config: Config, stack: ExitStack) -> Sockets:
    """Both ports first: one that is taken is told before anything was started."""
    edge = config.edge
    data = stack.enter_context(bind(edge.host, edge.port))
    return Sockets(data=data, operations=stack.enter_context(bind(edge.ops_host, edge.ops_port)))


def addressed(config: Config, sockets: Sockets) -> Config:
    """A port that was taken because it was free is known only now; the addresses of objects hold it."""
    return replace(config, edge=replace(config.edge, public_base_url=config.edge.public_base_url or url_of(sockets.data)))


def _keeps_nothing(config: Config) -> bool:
    return config.store.kind is StoreKind.MEMORY


def _passing(config: Config) -> Config:
    """The settings of a stack that is forgotten at its end: everything in memory, sealed under a key that nobody keeps."""
    seal_key = Secret(base64.b64encode(os.urandom(32)).decode("ascii"))
    return replace(
        config,
        auth=replace(config.auth, seal_key=seal_key),
        catalog=replace(config.catalog, dsn=Secret()),
        sessions=replace(config.sessions, url=Secret()),
    )
