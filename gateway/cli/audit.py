"""`seawall audit verify`: whether the record of what happened is as it was written."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from buckets.errors import InvalidScalar
from buckets.memory.meter import MemoryMeter
from buckets.model.audit import Mark
from buckets.scalars import hex_bytes, whole_number
from buckets.service.verify_audit import Broken, Flaw, Known, Verified, VerifyAudit
from gateway.build.knowledge import knowledge
from gateway.cli.options import settings_options
from gateway.cli.trial import existing
from gateway.config.config import Config
from gateway.config.load import load, read
from gateway.system import SystemClock, SystemIds

_BROKEN = 3
_MOST = (1 << 63) - 1
_WORDS = {
    Flaw.GAP: "seals before it are missing",
    Flaw.MISSING: "{missing} of the {sealed} rows that it covers are missing",
    Flaw.ADDED: "{found} rows stand where it covers {sealed}",
    Flaw.ALTERED: "its {sealed} rows, or the seal itself, were altered",
    Flaw.UNKNOWN: "it is not there with the hash that it is known by",
}


def _known(_: click.Context, __: click.Parameter, text: str | None) -> Known | None:
    if text is None:
        return None
    number, _colon, digest = text.partition(":")
    try:
        return Known(whole_number(number, name="The number", least=1, most=_MOST), hex_bytes(digest, name="The hash", size=32))
    except InvalidScalar as fault:
        raise click.BadParameter(str(fault)) from fault


@click.group()
def audit() -> None:
    """Verify that the record of what happened is as it was written."""


@audit.command()
@settings_options
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="An installation made by `seawall up`.")
@click.option("--known", callback=_known, metavar="NUMBER:HASH", help="A seal written down elsewhere; it must be there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(given: Mapping[str, str], config_file: Path | None, data: Path | None, known: Known | None, *, as_json: bool) -> None:
    """Make every seal again from what is there, and say which do not hold.

    It ends with 0 when all hold, with 3 when one does not, and with 1 when it could not look. The last line names the newest seal:
    write it down elsewhere, and give it with --known the next time.
    """
    config = _config(given, config_file, data)
    verified = asyncio.run(_verified(config, known))
    click.echo(json.dumps(_document(verified), indent=2) if as_json else "\n".join(_lines(verified)))
    sys.exit(0 if verified.holds else _BROKEN)


def _config(given: Mapping[str, str], config_file: Path | None, data: Path | None) -> Config:
    if data:
        return existing(read(flags=given, file=config_file).config, data)
    return load(flags=given, file=config_file).config


async def _verified(config: Config, known: Known | None) -> Verified:
    async with AsyncExitStack() as stack:
        parts = await knowledge(config, MemoryMeter(), SystemClock(), SystemIds(), stack)
        return await VerifyAudit(seals=parts.seals)(known)


def _lines(verified: Verified) -> Sequence[str]:
    kept = verified.seals - verified.removed
    lines = [click.style(f"seal {each.number}: {_told(each)}", fg="red") for each in verified.broken]
    lines.append(f"{kept} seals over {verified.rows} rows" + ("" if verified.broken else " hold"))
    if verified.removed:
        lines.append(f"{verified.removed} seals over rows that were removed by retention")
    if verified.last:
        lines.append(f"the newest is {verified.last.number}:{verified.last.hash.hex()}")
    return lines


def _told(broken: Broken) -> str:
    words = _WORDS[broken.flaw].format(missing=broken.sealed - broken.found, found=broken.found, sealed=broken.sealed)
    if broken.until is None:
        return words
    return f"{words} ({f'after {_time(broken.after)}, ' if broken.after else ''}up to {_time(broken.until)})"


def _document(verified: Verified) -> Mapping[str, Any]:
    last = {"number": verified.last.number, "hash": verified.last.hash.hex()} if verified.last else None
    broken = [_flaw(each) for each in verified.broken]
    counts = {"seals": verified.seals, "rows": verified.rows, "removed_by_retention": verified.removed}
    return {"holds": verified.holds, **counts, "broken": broken, "last": last}


def _flaw(broken: Broken) -> Mapping[str, Any]:
    times = {"after": _time(broken.after), "until": _time(broken.until)}
    return {"number": broken.number, "flaw": broken.flaw, "sealed": broken.sealed, "found": broken.found, **times}


def _time(mark: Mark | None) -> str | None:
    return mark.at.isoformat() if mark else None
