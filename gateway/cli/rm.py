"""`seawall rm`: objects go."""

from collections.abc import Sequence

import click

from gateway.cli.client.confirm import must_agree
from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_place
from gateway.cli.client.shown import name


@click.command()
@click.argument("places", nargs=-1, required=True, type=typed_place, metavar="BUCKET/KEY...")
@click.option("--recursive", "-r", is_flag=True, help="Everything below BUCKET/FOLDER, or in BUCKET.")
@click.option("--permanent", is_flag=True, help="Pass the trash by: nothing brings it back.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; --recursive does otherwise.")
@remote_options
def rm(*, places: Sequence[Place], recursive: bool, permanent: bool, yes: bool, remote: Remote) -> None:
    """Delete objects. They stay in the trash as long as their bucket says. One that is not there counts as deleted."""
    bucket = next((place for place in places if not place.key and not recursive), None)
    if bucket:
        raise click.UsageError(f"{bucket} is a bucket: write {bucket}/KEY, or say --recursive.")
    if recursive:
        below = ", ".join(name(f"{place.bucket}/{place.folder.key}") for place in places)
        must_agree(f"Delete everything below {below}{' for good' if permanent else ''}?", yes=yes)
    from gateway.cli.client.removing import remove
    from gateway.cli.client.run import run

    run(remote, lambda session: remove(session, places, recursive=recursive, permanent=permanent))
