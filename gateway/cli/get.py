"""`seawall get`: objects become files."""

import sys
from pathlib import Path

import click

from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_place

_STDOUT = "-"


@click.command()
@click.argument("place", type=typed_place, metavar="BUCKET/KEY")
@click.argument("target", default=".", metavar="[FILE|DIR|-]")
@click.option("--recursive", "-r", is_flag=True, help="Everything below BUCKET/FOLDER, into a directory.")
@click.option("--force", "-f", is_flag=True, help="Replace files that exist.")
@remote_options
def get(*, place: Place, target: str, recursive: bool, force: bool, remote: Remote) -> None:
    """Fetch an object into a file, into a directory under the last part of its key, or to standard output.

    A file appears when it is whole and has been checked. Of a folder its own name is kept, unless it is written with a slash at its
    end.
    """
    _must_fit(place, target, recursive=recursive, as_json=remote.as_json)
    from gateway.cli.client.getting import get_one, get_several
    from gateway.cli.client.run import run

    watched = not (target == _STDOUT and sys.stdout.isatty())
    if recursive:
        run(remote, lambda session: get_several(session, place, Path(target), force=force), transfers=True)
    else:
        run(remote, lambda session: get_one(session, place, target, force=force), transfers=watched)


def _must_fit(place: Place, target: str, *, recursive: bool, as_json: bool) -> None:
    if not place.key and not recursive:
        raise click.UsageError(f"{place} is a bucket: write {place}/KEY, or say --recursive.")
    if target == _STDOUT and (recursive or as_json):
        raise click.UsageError("Standard output takes one object, and nothing beside it.")
