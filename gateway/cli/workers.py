"""The parent of several processes of `seawall serve`. It knows neither the catalog nor HTTP, and stays small."""

import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from buckets.errors import BrokenSetting
from gateway.cli.ready import Ready
from gateway.config.config import Config
from gateway.edge.listen import url_of
from gateway.observe.logging import configure
from gateway.processes.crew import Crew
from gateway.processes.place import Place, places
from gateway.processes.worker import Worker

MARGIN = 8.0
"""Seconds beyond the drain in which a worker gives its jobs back and closes what it holds open."""

_PROGRAM = (sys.executable, "-P", "-m", "gateway.cli.main", "serve")


def serve_with_workers(config: Config, arguments: Sequence[str], ready_file: Path | None, *, requests: bool) -> None:
    """Until told to stop. `arguments` are those of our own command that the workers get as well."""
    configure(config.observe)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of children that end while they are only being waited for
    with _figures() as directory:
        given = _places(config, Path(directory), requests=requests)
        crew = Crew(
            [Worker(place, [*_PROGRAM, *arguments, "--place"]) for place in given], patience=config.edge.drain_seconds + MARGIN
        )
        well = asyncio.run(crew.run(lambda: _ready(given[0]).announce(ready_file)))
    if not well:
        sys.exit(1)


def passed_on(given: Mapping[str, str], config_file: Path | None, *, without_jobs: bool, jobs_only: bool) -> Sequence[str]:
    """The command line of a worker."""
    settings = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    switches = [name for name, on in (("--without-jobs", without_jobs), ("--jobs-only", jobs_only)) if on]
    return [*settings, *(["--config", str(config_file)] if config_file else []), *switches]


def _figures() -> "TemporaryDirectory[str]":
    """For nobody else's eyes, and gone at the end; a worker that still dies then finds nothing wrong with that."""
    return TemporaryDirectory(prefix="seawall-figures-", ignore_cleanup_errors=True)


def _places(config: Config, directory: Path, *, requests: bool) -> Sequence[Place]:
    edge = config.edge
    data = (edge.host, edge.port) if requests else None
    try:
        return places(config.workers, directory, operations=(edge.ops_host, edge.ops_port), data=data)
    except OSError as error:
        raise BrokenSetting(f"The figures of the workers cannot be kept in {directory}: {error.strerror}") from error


def _ready(place: Place) -> Ready:
    return Ready(endpoint=url_of(place.data) if place.data else "", ops=url_of(place.operations))
