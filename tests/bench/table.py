"""The table that the benchmarks print."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_NAME = "what"


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, and what is known of it by column."""

    name: str
    cells: Mapping[str, str] = field(default_factory=dict)


def text(lines: Sequence[Line]) -> Iterator[str]:
    """For a terminal: as wide as it must be."""
    table = _rows(lines)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for name, *cells in table:
        yield "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]).rstrip()


def markdown(lines: Sequence[Line]) -> Iterator[str]:
    heading, *rows = _rows(lines)
    yield _row(heading)
    yield _row(["---", *(["---:"] * (len(heading) - 1))])
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rows(lines: Sequence[Line]) -> list[list[str]]:
    """Columns in the order in which they first appear."""
    columns = list(dict.fromkeys(column for line in lines for column in line.cells))
    return [[_NAME, *columns], *([line.name, *(line.cells.get(column, "") for column in columns)] for line in lines)]
