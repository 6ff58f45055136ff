"""`seawall mv`: an object gets another name."""

import click

from gateway.cli.client.options import Remote, remote_options
from gateway.cli.client.place import Place, typed_object, typed_place


@click.command()
@click.argument("source", type=typed_object, metavar="BUCKET/KEY")
@click.argument("target", type=typed_place, metavar="BUCKET[/KEY]")
@remote_options
def mv(*, source: Place, target: Place, remote: Remote) -> None:
    """Give an object another name; into a folder, which ends in a slash, under the last part of its key.

    Between here and the service, use put and get.
    """
    from gateway.cli.client.copying import move
    from gateway.cli.client.run import run

    run(remote, lambda session: move(session, source, target))
