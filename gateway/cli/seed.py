"""`seawall seed`: sample data to develop with, to show, or to measure with."""

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from buckets.errors import BrokenSetting
from gateway.cli.options import settings_options
from gateway.cli.reached import led_to
from gateway.cli.seed_report import Report
from gateway.cli.seeding import Seeding
from gateway.cli.stop import Stop
from gateway.config.config import Config, Environment
from gateway.config.load import load
from gateway.seed.plan import NUMBERS, Plan, SeedSet
from gateway.seed.tally import Tally
from gateway.system import SystemClock
from seaweedfs.settings import StoreKind

_KEYS = Path("seawall-seed-credentials.json")


@click.command()
@partial(settings_options, flag="--setting")
@click.option("--set", "purpose", type=click.Choice([each.value for each in SeedSet]), default="dev", show_default=True,
    help="To develop with, to show, or to measure with.")  # fmt: skip
@click.option("--users", type=click.IntRange(1, 1000), help="How many users, instead of as many as the set has.")
@click.option("--buckets", type=click.IntRange(1, 100), help="How many buckets: shipped ones first, then plain ones.")
@click.option("--objects", type=click.IntRange(0, 10_000_000), help="How many objects.")
@click.option("--seed", "number", type=click.IntRange(1), default=1, show_default=True, help="Another number makes other data.")
@click.option("--reset", is_flag=True, help="Remove what was seeded before, and begin anew; in development only.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False),
    help="An installation made by `seawall up`, running or not.  [default: seawall-data where no database is set]")  # fmt: skip
@click.option("--credentials", type=click.Path(path_type=Path, dir_okay=False), default=_KEYS, show_default=True,
    help="Where the users' keys are kept, readable by you alone; keys in it are left as they are.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def seed(
    *,
    given: Mapping[str, str],
    config_file: Path | None,
    purpose: str,
    number: int,
    reset: bool,
    data: Path | None,
    credentials: Path,
    as_json: bool,
    **numbers: int | None,
) -> None:
    """Make sample data: users with keys, buckets, and objects with real bytes, written as any caller's are.

    The same again changes nothing, and after a run that was cut short it goes on. What somebody else has put under a name stays.
    """
    config = load(flags=given, file=config_file).config
    if reset:
        _refuse_outside_development(config, given, config_file)
    told = {name: value for name, value in numbers.items() if value is not None}
    plan = Plan(set=SeedSet(purpose), seed=number, numbers=replace(NUMBERS[SeedSet(purpose)], **told))
    report = Report(plan, Tally(SystemClock()), credentials)
    stop = Stop()
    logging.getLogger().addHandler(logging.NullHandler())  # what goes wrong is told once, by how the command ends
    _refuse_in_memory(config, data)
    with led_to(config, data) as config:
        try:
            asyncio.run(Seeding(report=report, reset=reset, quiet=as_json, stop=stop).run(config))
        finally:
            click.echo(report.document() if as_json else "\n".join(report.lines()))
    sys.exit(stop.exit_code)


def _refuse_outside_development(config: Config, given: Mapping[str, str], file: Path | None) -> None:
    """By what the installation says of itself: a flag can make it stricter and nothing else."""
    others = {name: value for name, value in given.items() if name != "environment"}
    for environment in (config.environment, load(flags=others, file=file).config.environment):
        if environment not in (Environment.DEVELOPMENT, Environment.TEST):
            raise BrokenSetting(f"seed --reset removes objects: it is refused where environment is {environment}")


def _refuse_in_memory(config: Config, data: Path | None) -> None:
    if config.catalog.dsn and not data and config.store.kind is StoreKind.MEMORY:
        raise BrokenSetting("store.kind is memory: what is seeded into it is gone with this command")
