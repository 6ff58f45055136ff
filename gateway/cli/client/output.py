"""What a command says: lines for people or JSON for programs on standard output, and what went wrong on standard error."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from gateway.cli.client.errors import Failure
from gateway.cli.client.progress import Bars
from gateway.cli.client.shown import printable


@dataclass(slots=True)
class Output:
    """One command's. It counts what was to be done and what failed."""

    bars: Bars
    as_json: bool
    _begun: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)

    def tell(self, document: Mapping[str, Any], line: str) -> None:
        """The one or the other, as was asked for."""
        self.bars.say(json.dumps(document, separators=(",", ":")) if self.as_json else line)

    @contextmanager
    def one_of_several(self, name: str) -> Iterator[None]:
        """A failure of one is told at once and does not keep the others from being done, unless it would be theirs too."""
        self._begun += 1
        try:
            yield
        except Failure as failure:
            if failure.final:
                raise
            self.complain(name, failure)

    def complain(self, name: str, failure: Failure) -> None:
        self._failed += 1
        click.echo(f"seawall: {printable(name)}: {failure}", err=True)

    def settle(self) -> None:
        """At the end of several: raises when any has failed."""
        if self._failed:
            raise Failure(f"{self._failed} of {max(self._begun, self._failed)} failed.")
