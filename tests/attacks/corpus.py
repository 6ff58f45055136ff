"""The attack corpus: what is sent, what has to come back, and where it was seen first. README.md says how to write a case."""

import base64
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
_PLACE = re.compile(r"\$\{([^{}]+)\}")
_REPEAT = re.compile(r"([0-9]+) (.+)", re.DOTALL)


class Surface(StrEnum):
    """Who is spoken to."""

    S3 = "s3"
    REST = "rest"


class Auth(StrEnum):
    """What the request brings to be let in."""

    BEARER = "bearer"
    SIGNED = "signed"
    PRESIGNED = "presigned"
    NONE = "none"
    WRONG_SECRET = "signed with a wrong secret"
    UNKNOWN_KEY = "signed with an unknown key"


class Sent(StrEnum):
    """How the bytes go out."""

    WHOLE = "whole"
    BYTES = "byte by byte"
    ASKED = "body when asked for"
    UNASKED = "body never"
    UNFINISHED = "all but the last byte"
    HALF_CLOSED = "half-closed"
    RESET = "reset"
    DRIPPING = "dripping until answered"


class After(StrEnum):
    """What the connection is good for when the answer has come."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What has to come back. A code is S3's, or the last part of the type of a problem; without a status, nothing comes."""

    status: int | None
    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `400 InvalidURI`, `200` or `nothing`."""
        status, _, code = text.partition(" ")
        return cls(None if status == "nothing" else int(status), code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One attack on one surface. Texts are bytes, a character each, in which `${…}` is filled in (`message.py`)."""

    row: int
    name: str
    surface: Surface
    answer: Answer
    request: tuple[str, ...]
    body: str = ""
    origin: str = ""
    auth: Auth = Auth.BEARER
    sent: Sent = Sent.WHOLE
    connection: After = After.OPEN
    house: str = "plain"
    objects: Mapping[str, str] = field(default_factory=dict)
    """What stands in the bucket before, by key, and of which types."""
    types: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    """A list that is read before; where its next page begins is `${next}`."""
    signs: str = ""
    """The first line that is signed instead of the one that is sent."""
    ahead: int = 0
    """By how many minutes the clock of who signs is ahead."""
    expires: str = "60"
    stores: str = ""
    """The key that is new afterwards; everything else is as before."""
    content: str | None = None
    """What is stored, where that is not the body."""
    removes: tuple[str, ...] = ()
    """The keys that are gone."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the answer has to say in its headers."""
    says: tuple[str, ...] = ()
    """What has to stand in its body."""
    hides: tuple[str, ...] = ()
    """What must not."""
    mend: str = ""
    """What is wrong with the product as yet."""
    orphan: bool = False
    """Whether the body has been stored when it turns out to be wrong: the blob is nobody's, and its lease runs out."""

    def __str__(self) -> str:
        return f"{self.row} {self.name} ({self.surface})"

    @property
    def method(self) -> str:
        return self.request[0].partition(" ")[0]

    @property
    def fits_between(self) -> bool:
        """Whether it can be sent in one piece with requests around it."""
        return self.sent is Sent.WHOLE and self.answer.status is not None


def cases() -> Iterator[Case]:
    """All of them, in the order of the catalogue."""
    files = sorted((HERE / "data").glob("*.toml"))
    tables = [table for file in files for table in tomllib.loads(file.read_text("utf-8"))["case"]]
    for table in sorted(tables, key=lambda table: table["row"]):
        for variant in _each(table):
            yield from _on_each_surface(variant)


def expand(text: str, values: Mapping[str, str]) -> str:
    """A text with its places filled in: `${name}`, `${name:2}` for a part, `${3 ab}` for `ababab`, `${base64 AAA=}` decoded."""
    return _PLACE.sub(lambda match: _filled(match[1], values), text)


def wire_bytes(text: str) -> bytes:
    """A character is a byte."""
    return text.encode("latin-1")


def _filled(place: str, values: Mapping[str, str]) -> str:
    repeat = _REPEAT.fullmatch(place)
    if repeat:
        return repeat[2] * int(repeat[1])
    if place.startswith("base64 "):
        return base64.b64decode(place.removeprefix("base64 "), validate=True).decode("latin-1")
    name, _, part = place.partition(":")
    return _part(values[name], part)


def _part(text: str, part: str) -> str:
    """The first so many characters, or, of `-32`, the last; all of them when nothing is said."""
    if not part:
        return text
    return text[int(part) :] if part.startswith("-") else text[: int(part)]


def _on_each_surface(table: Mapping[str, Any]) -> Iterator[Case]:
    """Whatever a case does not know is an error."""
    said = {name: _read(name, value) for name, value in table.items() if name not in tuple(Surface)}
    for surface in Surface:
        if surface in table:
            yield Case(surface=surface, answer=Answer.parse(table[surface]), **said)


def _each(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A table with variants is a case for each: `${each}` is what they differ in, and `${meant}` what that stands for."""
    plain = {name: value for name, value in table.items() if name != "each"}
    for name, said in table.get("each", {"": ""}).items():
        each, meant = said if isinstance(said, list) else (said, said)
        title = f"{table['name']}: {name}" if name else table["name"]
        yield {**_replaced(plain, {"${each}": each, "${meant}": meant}), "name": title}


def _replaced(said: Any, words: Mapping[str, str]) -> Any:
    """In all texts of a table."""
    if isinstance(said, str):
        return reduce(lambda text, word: text.replace(word, words[word]), words, said)
    if isinstance(said, list):
        return [_replaced(item, words) for item in said]
    return {name: _replaced(item, words) for name, item in said.items()} if isinstance(said, dict) else said


def _read(name: str, value: Any) -> Any:
    """A member of a table as the case holds it."""
    match name:
        case "auth":
            return Auth(value)
        case "sent":
            return Sent(value)
        case "connection":
            return After(value)
        case "stores":
            return expand(value, {})
        case _:
            return tuple(value) if isinstance(value, list) else value
