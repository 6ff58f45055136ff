"""A row of the table of routes: what is asked for, who answers it, and what a description of the API says of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from aiohttp import web

from gateway.rest.request import LARGEST_PAGE, PAGE, PublicRequest, RestRequest

Handle: TypeAlias = Callable[[RestRequest], Awaitable[web.StreamResponse]]
HandlePublic: TypeAlias = Callable[[PublicRequest], Awaitable[web.StreamResponse]]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


class Bytes(StrEnum):
    """Bodies that are not JSON, by their media types."""

    ANY = "application/octet-stream"
    FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter that a route knows; the schema is JSON Schema's."""

    name: str
    sentence: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


LIMIT = Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE})
CURSOR = Parameter("cursor", "The next_cursor of the page before.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`{key}` stands last in a path and takes the rest of it, slashes included; every other part is one element.

    `part` is the query parameter that names a part of the resource: `?info`. `headers` are those of ours that the route
    knows, and those of HTTP's own that are worth telling. `bodies` are msgspec structs, which come as one of
    the `media`, or `Bytes`, and so are the `answers`, by their status. A body that `may_be_absent` is an empty one then. With
    `anybody` it may be asked for without a credential, and answers what everybody may know. `takes_password` says that one is tried
    with it.
    """

    name: str
    method: str
    path: str
    handle: Handle
    summary: str
    part: str = ""
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[str, ...] = ()
    bodies: tuple[type | Bytes, ...] = ()
    media: tuple[str, ...] = (JSON,)
    may_be_absent: bool = False
    answers: Mapping[int, type | Bytes | None] = field(default_factory=dict)
    anybody: bool = False
    takes_password: bool = False

    def match(self, path: bytes) -> Mapping[str, bytes] | None:
        """The named parts of a path of this shape."""
        shape = self.path.split("/")
        parts = path.split(b"/", len(shape) - 1)
        if len(parts) != len(shape) or (b"/" in parts[-1] and shape[-1] != "{key}"):
            return None
        pairs = list(zip(shape, parts, strict=True))
        if any(not word.startswith("{") and word.encode() != part for word, part in pairs):
            return None
        return {word[1:-1]: part for word, part in pairs if word.startswith("{")}

    def knows(self, header: str) -> bool:
        """A name in `headers` that ends in a hyphen stands for all that begin with it."""
        return any(header.startswith(name) if name.endswith("-") else header == name for name in self.headers)

    @property
    def known(self) -> frozenset[str]:
        """The names of all parameters that may stand in its query."""
        return frozenset({parameter.name for parameter in self.parameters} | {self.part} - {""})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRoute(Route):
    """One that is answered before anybody asks who is asking: its handler is given no services."""

    handle: HandlePublic
