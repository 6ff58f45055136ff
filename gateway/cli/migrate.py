"""`seawall migrate up|down|status`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from buckets.catalog.migrate import Migrator
from buckets.errors import BrokenSetting
from gateway.cli.options import settings_options
from gateway.config.config import Config, Environment
from gateway.config.load import load


@click.group()
def migrate() -> None:
    """Bring the schema of the database up, or say where it stands."""


@migrate.command()
@settings_options
@click.option("--to", type=int, help="Stop after this migration.")
def up(given: Mapping[str, str], config_file: Path | None, to: int | None) -> None:
    """Apply what is pending. Several may start this at once: each migration is applied once."""
    config = load(flags=given, file=config_file).config
    applied = asyncio.run(_migrator(config).up(to))
    for migration in applied:
        click.echo(f"applied {migration.number:04d} {migration.name}")
    if not applied:
        click.echo("nothing to do")


@migrate.command()
@settings_options
@click.option("--to", type=int, required=True, help="The last migration to keep; 0 takes all of them back.")
def down(given: Mapping[str, str], config_file: Path | None, to: int) -> None:
    """Take migrations back, and with them what their tables hold. Refused where environment is production."""
    config = load(flags=given, file=config_file).config
    production = config.environment is Environment.PRODUCTION
    for migration in asyncio.run(_migrator(config).down(to, production=production)):
        click.echo(f"took back {migration.number:04d} {migration.name}")


@migrate.command()
@settings_options
def status(given: Mapping[str, str], config_file: Path | None) -> None:
    """List all migrations and whether they are applied."""
    config = load(flags=given, file=config_file).config
    for line in asyncio.run(_migrator(config).status()):
        applied_at = f"  {line.applied_at:%Y-%m-%d %H:%M:%S}" if line.applied_at else ""
        click.echo(f"{line.number:04d} {line.name:30} {line.state}{applied_at}")


def _migrator(config: Config) -> Migrator:
    dsn = config.catalog.owner_dsn or config.catalog.dsn
    if not dsn:
        raise BrokenSetting("Neither catalog.owner_dsn nor catalog.dsn (DATABASE_URL) is set")
    return Migrator(dsn.reveal(), config.catalog.service_role)
