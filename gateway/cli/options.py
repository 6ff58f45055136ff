"""Options that several commands take."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F, *, flag: str = "--set") -> F:
    """`--set section.name=value` and `--config FILE`; by another flag where `--set` means something else."""
    command = click.option(
        flag,
        "given",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_pairs,
        help="A setting by its dotted name; may be repeated.",
    )(command)
    return click.option(
        "--config", "config_file", type=click.Path(path_type=Path, dir_okay=False), help="A TOML file with settings."
    )(command)


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Mapping[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{name[:40]!r} is not followed by =VALUE")
        pairs[name] = value
    return pairs
