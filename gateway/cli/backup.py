"""`seawall backup -- COMMAND`: whatever makes a backup, run while no bytes are swept away."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from buckets.errors import CatalogBusy, CatalogUnavailable
from buckets.memory.meter import MemoryMeter
from buckets.ports import Garbage
from gateway.build.knowledge import knowledge
from gateway.cli.options import settings_options
from gateway.config.config import Config
from gateway.config.load import load
from gateway.system import SystemClock, SystemIds

_LASTING = timedelta(hours=1)
_RENEWED_AFTER = _LASTING / 6
_LOST = 75  # EX_TEMPFAIL: what the command made may lack bytes, and should be made again


@click.command(context_settings={"ignore_unknown_options": True})
@settings_options
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def backup(given: Mapping[str, str], config_file: Path | None, command: tuple[str, ...]) -> None:
    """Run a command while no bytes are swept away, and end as it ends.

    A backup of the database refers to bytes that are copied later: until both are done, none of them may go.
    """
    config = load(flags=given, file=config_file).config
    sys.exit(asyncio.run(_run(config, command)))


async def _run(config: Config, command: Sequence[str]) -> int:
    async with AsyncExitStack() as stack:
        known = await knowledge(config, MemoryMeter(), SystemClock(), SystemIds(), stack)
        pin = await known.garbage.pin(" ".join(command[:1]), lasting=_LASTING)
        try:
            return await _pinned(known.garbage, pin, command)
        finally:
            await known.garbage.unpin(pin)


async def _pinned(garbage: Garbage, pin: UUID, command: Sequence[str]) -> int:
    """The exit code of the command, if the sweep was held all the time."""
    process = await _begun(command)
    holding = asyncio.create_task(_hold(garbage, pin))
    code = await process.wait()
    if holding.done():
        click.echo("seawall: the sweep could not be held any longer: make the backup again", err=True)
        return code or _LOST
    holding.cancel()
    return code


async def _begun(command: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        raise click.ClickException(f"{command[0]} cannot be run: {error.strerror}") from error


async def _hold(garbage: Garbage, pin: UUID) -> None:
    """Ends when the pin ran out."""
    held = True
    while held:
        await asyncio.sleep(_RENEWED_AFTER.total_seconds())
        with suppress(CatalogBusy, CatalogUnavailable):
            held = await garbage.renew_pin(pin, lasting=_LASTING)
