"""`seawall cp`: an object gets one name more."""

import click

from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_object, typed_place


@click.command()
@click.argument("source", type=typed_object, metavar="BUCKET/KEY")
@click.argument("target", type=typed_place, metavar="BUCKET[/KEY]")
@remote_options
def cp(*, source: Place, target: Place, remote: Remote) -> None:
    """Copy an object within the service; into a folder, which ends in a slash, under the last part of its key.

    Between here and the service, use put and get.
    """
    from gateway.cli.client.copying import copy
    from gateway.cli.client.run import run

    run(remote, lambda session: copy(session, source, target))
