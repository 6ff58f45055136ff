"""`seawall ls`: what there is."""

import sys
from typing import TYPE_CHECKING

import click

from gateway.cli.client import shown
from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_place

if TYPE_CHECKING:
    from gateway.cli.client.run import Session


@click.command()
@click.argument("place", type=typed_place, required=False, metavar="[BUCKET[/PREFIX]]")
@click.option("--recursive", "-r", is_flag=True, help="What is in folders too.")
@click.option(
    "--long/--short", "-l", "long", default=None, help="Size, time and name, or names only.  [default: long on a terminal]"
)
@remote_options
def ls(*, place: Place | None, recursive: bool, long: bool | None, remote: Remote) -> None:
    """List buckets, or the objects and folders whose names begin with PREFIX."""
    from gateway.cli.client.run import run

    long = sys.stdout.isatty() if long is None else long
    if place is None:
        run(remote, lambda session: _buckets(session, long=long))
    else:
        run(remote, lambda session: _objects(session, place, recursive=recursive, long=long))


async def _buckets(session: "Session", *, long: bool) -> None:
    from gateway.cli.client import listing

    async for bucket in listing.buckets(session.link):
        name = str(bucket.get("name"))
        session.output.tell(bucket, f"{bucket.get('visibility')!s:8}  {bucket.get('versioning')!s:9}  {name}" if long else name)


async def _objects(session: "Session", place: Place, *, recursive: bool, long: bool) -> None:
    from gateway.cli.client import listing

    found = listing.objects if recursive else listing.entries
    async for entry in found(session.link, place.bucket, place.key):
        line = shown.name(f"{place.bucket}/{entry.key}")
        if isinstance(entry, listing.Folder):
            session.output.tell({"folder": entry.key}, f"{'':31}  {line}" if long else line)
        else:
            facts = f"{shown.size(entry.size):>10}  {shown.time(entry.created_at)}  "
            session.output.tell(entry.document, facts + line if long else line)
