"""Options that every command of the client takes."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from gateway.cli.client.endpoint import DEFAULT, Endpoint


@dataclass(frozen=True, slots=True)
class Remote:
    """The service that a command speaks to, and whether somebody or a program reads what it says."""

    endpoint: Endpoint
    as_json: bool


def remote_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--endpoint`, `--api-key` and `--json`, handed on together as `remote`."""

    @click.option("--endpoint", envvar="SEAWALL_ENDPOINT", default=DEFAULT, show_default=True, show_envvar=True, metavar="URL",
        help="Where the service is.")  # fmt: skip
    @click.option("--api-key", envvar="SEAWALL_API_KEY", show_envvar=True, metavar="KEY",
        help="The key that opens it; in the environment nobody else sees it.")  # fmt: skip
    @click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else: a document, or one in each line.")
    @functools.wraps(command)
    def given(*args: Any, endpoint: str, api_key: str | None, as_json: bool, **more: Any) -> None:  # noqa: ANN401  # click's
        command(*args, remote=Remote(Endpoint.given(endpoint, api_key), as_json), **more)

    return given
