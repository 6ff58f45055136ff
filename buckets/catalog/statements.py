"""SQL by name. A topic is a file in `queries/`; each statement in it has a name and a sentence:

-- name: find_bucket
-- A living bucket by its name.
SELECT ...
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

_FOLDER = resources.files("buckets.catalog") / "queries"
_TITLE = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """One statement; its name goes into measurements and logs, its arguments never do."""

    name: str
    sql: str


def load(topic: str) -> Mapping[str, Query]:
    """The statements of one topic; ValueError when the file is not as it should be."""
    return parse((_FOLDER / f"{topic}.sql").read_text(encoding="utf-8"), origin=topic)


def everything() -> Mapping[str, Query]:
    """The statements of all topics."""
    return parse("\n".join(file.read_text(encoding="utf-8") for file in _files()), origin="queries")


def parse(text: str, *, origin: str) -> Mapping[str, Query]:
    preamble, *pieces = _TITLE.split(text)
    if preamble.strip():
        raise ValueError(f"{origin}: something stands before the first name")
    found: dict[str, Query] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in found:
            raise ValueError(f"{origin}: {name} stands twice")
        found[name] = Query(name, _statement(body, f"{origin}: {name}"))
    return MappingProxyType(found)


def _statement(body: str, title: str) -> str:
    """The statement below its sentence, which goes along: so it can be read in pg_stat_activity too."""
    sentence, *lines = body.strip().splitlines() or [""]
    if not sentence.startswith("-- "):
        raise ValueError(f"{title} has no sentence that says what it is for")
    if all(line.startswith("--") for line in lines):
        raise ValueError(f"{title} has no statement")
    if any(line.startswith("-- name") for line in lines):
        raise ValueError(f"{title} is followed by a title without a name")
    return "\n".join([sentence, *lines])


def _files() -> Iterator[Traversable]:
    return (file for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name) if file.name.endswith(".sql"))
