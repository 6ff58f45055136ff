"""`seawall doctor`: what is wrong with an installation, and what mends it."""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from gateway.build.doctor import Doctor
from gateway.cli.options import settings_options
from gateway.cli.trial import existing
from gateway.config.load import read
from gateway.doctor.examination import examined
from gateway.doctor.finding import Finding, Status
from gateway.system import SystemClock, SystemIds

_COLOURS = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "red", Status.SKIPPED: "bright_black"}


@click.command()
@settings_options
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="An installation made by `seawall up`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(given: Mapping[str, str], config_file: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Examine what the service stands on, by the settings that `serve` would have, and say what mends it.

    Nothing is started, made or left behind. It ends with 0 unless something failed.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # what the parts say of their own is told by the findings, in our words
    loaded = read(flags=given, file=config_file)
    if data:
        loaded = replace(loaded, config=existing(loaded.config, data))
    sys.exit(asyncio.run(_examine(Doctor(loaded, clock=SystemClock(), ids=SystemIds(), data=data), as_json=as_json)))


async def _examine(doctor: Doctor, *, as_json: bool) -> int:
    """Told before the loop ends, which may take a while where something hangs."""
    findings = await examined(doctor.checks())
    healthy = all(finding.status is not Status.FAILED for finding in findings)
    click.echo(_document(findings, healthy=healthy) if as_json else "\n".join(_lines(findings)))
    sys.stdout.flush()
    return 0 if healthy else 1


def _document(findings: Sequence[Finding], *, healthy: bool) -> str:
    return json.dumps({"healthy": healthy, "findings": [asdict(finding) for finding in findings]}, indent=2)


def _lines(findings: Sequence[Finding]) -> list[str]:
    widest = max(len(finding.check) for finding in findings)
    return [line for finding in findings for line in _told(finding, widest)]


def _told(finding: Finding, widest: int) -> list[str]:
    status = click.style(f"{finding.status:8}", fg=_COLOURS[finding.status])
    remedy = [f"{'':{8 + widest + 2}}{finding.remedy}"] if finding.remedy else []
    return [f"{status}{finding.check:{widest}}  {finding.found}", *remedy]
