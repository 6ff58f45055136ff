"""A way into an installation, for commands that work in it: one that runs, or a trial beside `seawall up` or without."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gateway.cli.trial import existing, started
from gateway.config.config import Config
from gateway.embedded.layout import DataDirectory
from gateway.embedded.supervisor import has_owner

TRIAL = Path("seawall-data")


@contextmanager
def reached(config: Config, data: Path) -> Iterator[Config]:
    """The settings that lead to an installation which runs already, or to its servers, started for as long as this lasts."""
    known = existing(config, data)
    if has_owner(DataDirectory(data)):
        yield known
        return
    with started(replace(config, store=replace(config.store, kind=known.store.kind)), data) as trial:
        asyncio.run(trial.prepare())
        yield trial.config


@contextmanager
def led_to(config: Config, data: Path | None) -> Iterator[Config]:
    """By the settings; a data directory has the servers that they leave open."""
    if data or not config.catalog.dsn:
        with reached(config, data or TRIAL) as known:
            yield known
    else:
        yield config
