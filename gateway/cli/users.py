"""`seawall users add|passwd`: people who sign in, and their passwords."""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from buckets.errors import BrokenSetting, InvalidScalar
from buckets.model.account import Role, User
from buckets.names import AccountId
from buckets.settings import Secret
from gateway.auth.passwords import LONGEST, chosen
from gateway.cli.options import settings_options
from gateway.cli.people import people
from gateway.cli.reached import led_to
from gateway.config.config import Config
from gateway.config.load import load
from seaweedfs.settings import StoreKind

F = TypeVar("F", bound=Callable[..., Any])
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@click.group()
def users() -> None:
    """Add people who sign in, and give them passwords."""


def _about_somebody(command: F) -> F:
    """Whom it is about, where the installation is, and where the password comes from: never from the command line."""
    for option in (
        click.option("--data", type=click.Path(path_type=Path, file_okay=False),
            help="An installation made by `seawall up`, running or not.  [default: seawall-data where no database is set]"),
        click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."),
        click.option("--account", help="The number of the account.  [default: the first, or the only one that fits]"),
        click.option("--email", required=True, help="The address that the user signs in with."),
    ):  # fmt: skip
        command = option(command)
    return settings_options(command)


@users.command()
@_about_somebody
@click.option("--name", required=True, help="What the user is called.")
@click.option("--admin", is_flag=True, help="It may do everything in its account, to other users as well.")
def add(
    *,
    given: Mapping[str, str],
    config_file: Path | None,
    email: str,
    account: str | None,
    password_stdin: bool,
    data: Path | None,
    name: str,
    admin: bool,
) -> None:
    """Make a user who signs in with a password; --admin makes the first person."""
    address, number = _address(email), AccountId(account) if account else None
    if not 0 < len(name) <= 200 or not name.isprintable():
        raise InvalidScalar("The name", "it takes 1 to 200 characters that print")
    config, password = load(flags=given, file=config_file).config, _password(password_stdin)

    async def run(config: Config) -> User:
        async with people(config) as here:
            role = Role.ADMIN if admin else Role.USER
            return await here.add(email=address, name=name, role=role, account=number, password=password)

    with led_to(_kept(config, data), data) as config:
        user = asyncio.run(run(config))
    click.echo(f"added {user.email} ({user.role}) to the account {user.account} as {user.id}")


@users.command()
@_about_somebody
def passwd(
    *,
    given: Mapping[str, str],
    config_file: Path | None,
    email: str,
    account: str | None,
    password_stdin: bool,
    data: Path | None,
) -> None:
    """Give a user another password; it is signed out everywhere."""
    address, number = _address(email), AccountId(account) if account else None
    config, password = load(flags=given, file=config_file).config, _password(password_stdin)

    async def run(config: Config) -> None:
        async with people(config) as here:
            await here.set_password(await here.find(address, number), password)

    with led_to(_kept(config, data), data) as config:
        asyncio.run(run(config))
    click.echo(f"{address} has another password, and is signed out everywhere")


def _address(text: str) -> str:
    if not _EMAIL.fullmatch(text) or not text.isprintable() or len(text.encode("utf-8", "surrogatepass")) > 254:
        raise InvalidScalar("The address", "one like name@example.org was expected")
    return text


def _password(from_stdin: bool) -> Secret:
    """The first line of standard input, or what is typed twice on a terminal."""
    if from_stdin:
        return chosen(_line())
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password on: use --password-stdin.")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return chosen(typed)


def _line() -> str:
    raw = sys.stdin.buffer.readline(4 * LONGEST + 2)
    try:
        return raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidScalar("The password", "it is not UTF-8") from error


def _kept(config: Config, data: Path | None) -> Config:
    if not data and config.store.kind is StoreKind.MEMORY:
        raise BrokenSetting("store.kind is memory: whoever is added is gone with this command")
    return config
