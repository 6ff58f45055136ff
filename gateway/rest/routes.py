"""The routes, as a table. `{key}` stands last and takes the rest of the path, slashes included; every other part is one element.

A parameter or a header of ours that a route does not know is refused, never passed over: it would change what is meant.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from buckets.errors import MethodNotAllowed, NoSuchResource, NotImplementedYet
from gateway.rest.objects import delete_object, get_object, head_object, put_object
from gateway.rest.request import METADATA, RestRequest

Handle: TypeAlias = Callable[[RestRequest], Awaitable[web.StreamResponse]]

PREFIX = b"/v1/"
_HONOURED = ("seawall-", "dry-run", "idempotency-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of the table; `parameters` and `headers` are what it knows, of the latter how their names begin."""

    name: str
    method: str
    path: str
    handle: Handle
    parameters: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()

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
    Route(
        name="DeleteObject",
        method="DELETE",
        path="objects/{bucket}/{key}",
        handle=delete_object,
        parameters=frozenset({"permanent"}),
    ),
    Route(name="GetObject", method="GET", path="objects/{bucket}/{key}", handle=get_object),
    Route(name="HeadObject", method="HEAD", path="objects/{bucket}/{key}", handle=head_object),
    Route(name="PutObject", method="PUT", path="objects/{bucket}/{key}", handle=put_object, headers=(METADATA,)),
)


def find(method: str, path: bytes, parameters: Collection[str]) -> tuple[Route, Mapping[str, bytes]]:
    """The route that is asked for, and the named parts of the path."""
    below = path.removeprefix(PREFIX)
    found = {route.method: (route, parts) for route in ROUTES if (parts := route.match(below)) is not None}
    if not found:
        raise NoSuchResource(path.decode("ascii", "replace"))
    if method not in found:
        raise MethodNotAllowed(method, ", ".join(found))
    unknown = {name for name in parameters if not name.startswith("X-Amz-")} - found[method][0].parameters
    if unknown:
        raise NotImplementedYet(f"the parameter {min(unknown)}")
    return found[method]


def must_know_headers(route: Route, names: Iterable[str]) -> None:
    for name in map(str.lower, names):
        if name.startswith(_HONOURED) and not name.startswith(route.headers):
            raise NotImplementedYet(f"the header {name}")
