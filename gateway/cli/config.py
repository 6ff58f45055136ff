"""`seawall config`: what is set, and where it was set."""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from gateway.cli.options import settings_options
from gateway.config.config import OPTIONS, shown
from gateway.config.load import Loaded, load

Row = tuple[str, str, str]
_HEADINGS = ("setting", "value", "from")


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(given: Mapping[str, str], config_file: Path | None, *, as_json: bool) -> None:
    """Show every setting that is in force and where it came from."""
    rows = describe(load(flags=given, file=config_file))
    if as_json:
        click.echo(json.dumps([dict(zip(_HEADINGS, row, strict=True)) for row in rows], indent=2))
    elif sys.stdout.isatty() and find_spec("rich"):
        _print_table(rows)
    else:
        click.echo("\n".join(_aligned([_HEADINGS, *rows])))


def describe(loaded: Loaded) -> list[Row]:
    """Each setting as (name, value, source). A secret shows only whether there is one."""
    return [(dotted, shown(loaded.config, option), loaded.sources[dotted]) for dotted, option in OPTIONS.items()]


def _aligned(rows: Sequence[Row]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _print_table(rows: Sequence[Row]) -> None:
    text, table = import_module("rich.text").Text, import_module("rich.table").Table(*_HEADINGS)
    for row in rows:
        table.add_row(*map(text, row))
    import_module("rich.console").Console().print(table)
