"""`seawall put`: files become objects."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from buckets.errors import ClientFault
from buckets.metadata import parse_metadata
from buckets.tags import parse_tags
from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_place

_STDIN = "-"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, allow_dash=True))
@click.argument("place", type=typed_place, metavar="BUCKET[/KEY]")
@click.option("--recursive", "-r", is_flag=True, help="Send directories with all that is in them.")
@click.option("--type", "content_type", metavar="TYPE", help="The content type.  [default: guessed by the name]")
@click.option("--meta", "metadata", multiple=True, metavar="NAME=VALUE", help="Metadata; may be repeated.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="A tag; may be repeated.")
@click.option("--public/--private", "public", default=None, help="Who may read it.  [default: as its bucket says]")
@click.option("--if-absent", is_flag=True, help="Only if there is no object of that name.")
@remote_options
def put(
    *,
    files: Sequence[str],
    place: Place,
    recursive: bool,
    content_type: str | None,
    metadata: Sequence[str],
    tags: Sequence[str],
    public: bool | None,
    if_absent: bool,
    remote: Remote,
) -> None:
    """Send files to BUCKET/KEY, or into the folder BUCKET/FOLDER/ under their own names; - is standard input.

    Of a directory its own name is kept too, unless it is written with a slash at its end.
    """
    _must_fit(files, place, recursive=recursive)
    from gateway.cli.client.putting import put_one, put_several
    from gateway.cli.client.run import run
    from gateway.cli.client.upload import Labels

    labels = Labels(
        content_type=content_type,
        metadata=_metadata(metadata),
        tags=_tags(tags),
        visibility=None if public is None else "public" if public else "private",
        if_absent=if_absent,
    )
    if len(files) == 1 and not recursive:
        run(remote, lambda session: put_one(session, files[0], place, labels), transfers=True)
    else:
        run(remote, lambda session: put_several(session, files, place.folder, labels), transfers=True)


def _must_fit(files: Sequence[str], place: Place, *, recursive: bool) -> None:
    """What cannot be meant is refused before anything is sent."""
    if _STDIN in files and (len(files) > 1 or recursive or place.is_folder):
        raise click.UsageError("Standard input becomes one object: write its key, and no other file.")
    if len(files) > 1 and not recursive and not place.is_folder:
        raise click.UsageError(f"Several files go into a folder, which ends in a slash: {place}/")
    directory = next((file for file in files if not recursive and Path(file).is_dir()), None)
    if directory:
        raise click.UsageError(f"{click.format_filename(directory)} is a directory: say --recursive.")
    names = [name for name in map(os.path.basename, files) if name not in ("", ".", "..")]
    if len(set(names)) < len(names):
        raise click.UsageError("Two of the files have one name, and would become one object.")


def _metadata(given: Sequence[str]) -> Mapping[str, str]:
    try:
        return parse_metadata(_pairs(given))
    except ClientFault as error:
        raise click.BadParameter(str(error), param_hint="--meta") from error


def _tags(given: Sequence[str]) -> Mapping[str, str]:
    try:
        return parse_tags(_pairs(given))
    except ClientFault as error:
        raise click.BadParameter(str(error), param_hint="--tag") from error


def _pairs(given: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in given]
    if not all(equals for _, equals, _ in pairs):
        raise click.UsageError("--meta and --tag take NAME=VALUE.")
    return [(name, value) for name, _, value in pairs]
