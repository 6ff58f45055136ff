"""`seawall buckets`: the buckets of an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from buckets.errors import ClientFault
from buckets.model.bucket import Versioning
from buckets.names import BucketName
from gateway.cli.client.confirm import must_agree
from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.shown import printable

if TYPE_CHECKING:
    from gateway.cli.client.run import Session


def _name(_: click.Context, __: click.Parameter, text: str) -> BucketName:
    try:
        return BucketName(text)
    except ClientFault as error:
        raise click.BadParameter(str(error)) from error


@click.group()
def buckets() -> None:
    """List, make, show and delete buckets."""


@buckets.command("list")
@remote_options
def list_(*, remote: Remote) -> None:
    """List the names of all buckets."""
    from gateway.cli.client.run import run

    run(remote, _list)


@buckets.command()
@click.argument("name", callback=_name)
@click.option("--versioning", type=click.Choice([each.value for each in Versioning]), help="What an overwrite or a delete keeps.")
@click.option("--public", is_flag=True, help="Let everybody read what is in it.")
@click.option("--purpose", help="What it is for.")
@remote_options
def create(*, name: BucketName, versioning: str | None, public: bool, purpose: str | None, remote: Remote) -> None:
    """Make a bucket."""
    from gateway.cli.client.run import run

    told = {"name": str(name), "versioning": versioning, "visibility": "public" if public else None, "purpose": purpose}
    run(remote, lambda session: _create(session, {rule: value for rule, value in told.items() if value is not None}))


@buckets.command()
@click.argument("name", callback=_name)
@remote_options
def show(*, name: BucketName, remote: Remote) -> None:
    """Show the rules of a bucket."""
    from gateway.cli.client.run import run

    run(remote, lambda session: _show(session, name))


@buckets.command()
@click.argument("name", callback=_name)
@click.option("--force", is_flag=True, help="With everything in it.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; --force does otherwise.")
@remote_options
def delete(*, name: BucketName, force: bool, yes: bool, remote: Remote) -> None:
    """Delete a bucket that is empty, or any with --force."""
    if force:
        must_agree(f"Delete {name} with everything in it, for good?", yes=yes)
    from gateway.cli.client.run import run

    run(remote, lambda session: _delete(session, name, force=force))


async def _list(session: "Session") -> None:
    from gateway.cli.client import listing

    async for bucket in listing.buckets(session.link):
        session.output.tell(bucket, str(bucket["name"]))


async def _create(session: "Session", rules: Mapping[str, str]) -> None:
    from gateway.cli.client.link import Request, once

    made = await session.link.ask(Request(method="POST", path="/v1/buckets", json=rules, headers=once()))
    session.output.tell(made, rules["name"])


async def _show(session: "Session", name: BucketName) -> None:
    from gateway.cli.client.link import Request

    bucket = await session.link.ask(Request(path=f"/v1/buckets/{name}"))
    session.output.tell(bucket, "\n".join(_lines(bucket)))


async def _delete(session: "Session", name: BucketName, *, force: bool) -> None:
    """Asked for once only: after an answer that was lost, the bucket would seem never to have been there."""
    from gateway.cli.client.link import Request, query

    parameters = query(force="true" if force else None)
    told = await session.link.ask(Request(method="DELETE", path=f"/v1/buckets/{name}", query=parameters), repeat=False)
    session.output.tell({"name": str(name), "deleted": True, **told}, str(name))


def _lines(document: Mapping[str, Any], above: str = "") -> list[str]:
    """A rule in each; one that is not set is left out."""
    lines = []
    for name, value in document.items():
        if isinstance(value, dict):
            lines += _lines(value, f"{above}{name}.")
        elif value not in (None, ""):
            lines.append(f"{above + name:26}  {printable(str(value))}")
    return lines
