"""The routes, as a table. `{key}` stands last and takes the rest of the path, slashes included; every other part is one element."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from buckets.errors import MethodNotAllowed, NoSuchResource, NotImplementedYet
from gateway.rest.objects import get_object, head_object, put_object
from gateway.rest.request import RestRequest

Handle: TypeAlias = Callable[[RestRequest], Awaitable[web.StreamResponse]]

PREFIX = b"/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of the table; `parameters` are those of the query that it knows."""

    name: str
    method: str
    path: str
    handle: Handle
    parameters: frozenset[str] = frozenset()

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


ROUTES = (
    Route(name="GetObject", method="GET", path="objects/{bucket}/{key}", handle=get_object),
    Route(name="HeadObject", method="HEAD", path="objects/{bucket}/{key}", handle=head_object),
    Route(name="PutObject", method="PUT", path="objects/{bucket}/{key}", handle=put_object),
)


def find(method: str, path: bytes, parameters: Collection[str]) -> tuple[Route, Mapping[str, bytes]]:
    """The route that is asked for, and the named parts of the path."""
    below = path.removeprefix(PREFIX)
    found = {route.method: (route, parts) for route in ROUTES if (parts := route.match(below)) is not None}
    if not found:
        raise NoSuchResource(path.decode("ascii", "replace"))
    if method not in found:
        raise MethodNotAllowed(method, ", ".join(found))
    _must_know(found[method][0], parameters)
    return found[method]


def _must_know(route: Route, parameters: Collection[str]) -> None:
    """A parameter that is passed over would change what was meant."""
    unknown = {name for name in parameters if not name.startswith("X-Amz-")} - route.parameters
    if unknown:
        raise NotImplementedYet(f"the parameter {min(unknown)}")
