"""The catalogue of attacks, and how much of it is tried where: the table in README.md."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.attacks.corpus import HERE, cases

README = HERE / "README.md"
NUMBERED = HERE / "test_edge.py"
HEAD = "| row | attack | cases | by number | also tried in | waits for |\n| --- | --- | --- | --- | --- | --- |\n"
_NUMBERED = re.compile(r"def test_(\d+)(?:_and_(\d+))?_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An attack. `awaits` is what has to be built before it can be tried, or tried in full."""

    number: int
    attack: str
    elsewhere: Sequence[str] = ()
    awaits: str = ""


def rows() -> Sequence[Row]:
    return [Row(**table) for table in tomllib.loads((HERE / "rows.toml").read_text("utf-8"))["row"]]


def in_corpus() -> Mapping[int, int]:
    """How many cases there are of a row."""
    return Counter(case.row for case in cases())


def by_number() -> Mapping[int, int]:
    """How many tests there are of a row that need more than a case can say."""
    found = _NUMBERED.findall(NUMBERED.read_text("utf-8"))
    return Counter(int(number) for numbers in found for number in numbers if number)


def table() -> str:
    corpus, numbered = in_corpus(), by_number()
    return HEAD + "".join(_line(row, corpus.get(row.number, 0), numbered.get(row.number, 0)) for row in rows())


def with_table(readme: str) -> str:
    """The same page with the table of today."""
    return readme.partition(HEAD)[0] + table()


def _line(row: Row, cases: int, numbered: int) -> str:
    cells = (row.number, row.attack, cases or "", numbered or "", ", ".join(f"`{file}`" for file in row.elsewhere), row.awaits)
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"
