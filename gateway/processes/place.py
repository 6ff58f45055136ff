"""What a worker is given: sockets of its own, and files for its figures. It stays when the worker dies."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gateway.edge.listen import bind_each
from gateway.observe.figure_files import VARIABLE, FigureFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One of those that share the ports. Whoever only does jobs has no data socket."""

    figures: FigureFiles
    operations: socket.socket
    data: socket.socket | None = None

    @property
    def number(self) -> int:
        return self.figures.place

    @property
    def sockets(self) -> Sequence[socket.socket]:
        return [self.operations, *([self.data] if self.data else [])]

    def close(self) -> None:
        for wire in self.sockets:
            wire.close()

    def handed_over(self) -> str:
        """What `taken` makes the place of again, in a process of ours that inherits the sockets."""
        return ":".join(str(each) for each in (self.number, os.getpid(), *(wire.fileno() for wire in self.sockets)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A place in the hands of a worker, and the process that gave it."""

    place: Place
    parent: int

    @property
    def is_orphaned(self) -> bool:
        return os.getppid() != self.parent

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what no parent has handed over."""
        number, parent, *descriptors = map(int, text.split(":"))
        operations, *data = (socket.socket(fileno=each) for each in descriptors)
        figures = FigureFiles(Path(os.environ[VARIABLE]), number)
        return cls(place=Place(figures=figures, operations=operations, data=data[0] if data else None), parent=parent)


def places(count: int, directory: Path, *, operations: tuple[str, int], data: tuple[str, int] | None) -> Sequence[Place]:
    """So many that share the ports; the addresses must be nobody else's."""
    wires = [bind_each(*address, count) for address in (operations, data) if address]
    made = [
        Place(figures=FigureFiles(directory, number), operations=pair[0], data=pair[1] if data else None)
        for number, pair in enumerate(zip(*wires, strict=True), 1)
    ]
    for place in made:
        place.figures.renew()
    return made
