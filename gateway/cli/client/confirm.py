"""Asking before something goes that nobody could bring back with a key stroke."""

import sys

import click

from gateway.cli.client.errors import Exit, Failure


def must_agree(question: str, *, yes: bool) -> None:
    """Returns when it may be done. Where nobody can be asked, it has to be said before."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask here: say --yes.")
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        sys.exit(Exit.INTERRUPTED)
    if not agreed:
        raise Failure("Nothing was done.")
