"""`seawall init`: the first account with its key, and the shipped buckets."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from gateway.build import build
from gateway.cli.founding import Founded, found
from gateway.cli.options import settings_options
from gateway.config.config import Config
from gateway.config.load import load


@click.command()
@settings_options
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("seawall-credentials.json"),
    show_default=True,
    help="Where the first owner's keys are kept, readable by you alone; keys in it are left as they are.",
)
def init(given: Mapping[str, str], config_file: Path | None, credentials: Path) -> None:
    """Make the first account and the shipped buckets. What is there stays as it is, so it can be run again at any time."""
    config = load(flags=given, file=config_file).config
    founded = asyncio.run(_init(config, credentials))
    for bucket in founded.buckets:
        click.echo(f"created the bucket {bucket}")
    if not founded.buckets:
        click.echo("all shipped buckets are there")
    click.echo(f"the keys of the first owner are in {credentials}")


async def _init(config: Config, credentials: Path) -> Founded:
    async with build(config) as house:
        return await found(house, credentials)
