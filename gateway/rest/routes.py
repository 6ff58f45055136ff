"""The routes, as a table: each resource brings its rows.

A parameter or a header of ours that a route does not know is refused, never passed over: it would change what is meant.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from buckets.errors import MethodNotAllowed, NoSuchResource, NotImplementedYet
from gateway.rest import (
    accounts,
    audit,
    buckets,
    copies,
    edits,
    explain,
    jobs,
    keys,
    listing,
    me,
    object_facts,
    objects,
    openapi,
    sessions,
    uploads,
    users,
    versions,
)
from gateway.rest.route import Route

_MODULES = (
    accounts,
    audit,
    buckets,
    copies,
    edits,
    explain,
    jobs,
    keys,
    listing,
    me,
    object_facts,
    objects,
    sessions,
    uploads,
    users,
    versions,
)
RESOURCES: tuple[Route, ...] = tuple(chain.from_iterable(module.ROUTES for module in _MODULES))
ROUTES: tuple[Route, ...] = (*RESOURCES, *openapi.routes_about(RESOURCES))

_BY_PATH: Mapping[str, Sequence[Route]] = {row.path: [other for other in ROUTES if other.path == row.path] for row in ROUTES}
_PREFIX = b"/v1/"
_ANYWHERE = frozenset({"seawall-user"})  # heard at the door
_HONOURED = ("seawall-", "dry-run", "idempotency-key")


def find(method: str, path: bytes, parameters: Collection[str]) -> tuple[Route, Mapping[str, bytes]]:
    """The route that is asked for, and the named parts of the path."""
    below = path.removeprefix(_PREFIX)
    for here in _BY_PATH.values():
        parts = here[0].match(below)
        if parts is not None:
            return _meant(method, here, parameters), parts
    raise NoSuchResource(path.decode("ascii", "replace"))


def _meant(method: str, here: Sequence[Route], parameters: Collection[str]) -> Route:
    part = next((route.part for route in here if route.part in parameters), "")
    found = {route.method: route for route in here if route.part == part}
    if method not in found:
        raise MethodNotAllowed(method, ", ".join(found))
    return found[method]


def must_understand(route: Route, parameters: Iterable[str], headers: Iterable[str]) -> None:
    """Every word of a request that is authenticated: one with words added to it is none of its signer's."""
    unknown = set(parameters) - route.known
    if unknown:
        raise NotImplementedYet(f"the parameter {min(unknown)}")
    for name in map(str.lower, headers):
        if name.startswith(_HONOURED) and name not in _ANYWHERE and not route.knows(name):
            raise NotImplementedYet(f"the header {name}")
