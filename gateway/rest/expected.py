"""Which problems may stand in the way of a request for a route, as the shape of its row says."""

from collections.abc import Iterator

from gateway.rest.repeats import HEADER as IDEMPOTENCY_KEY
from gateway.rest.route import Bytes, PublicRoute, Route

_READING = frozenset({"GET", "HEAD"})


def expected(row: Route) -> frozenset[int]:
    """The statuses of those that belong to the request itself; what is no HTTP has no route."""
    return frozenset(_expected(row))


def _expected(row: Route) -> Iterator[int]:
    yield from (400, 500, 501, 503)
    yield from _of_who_asks(row)
    if "{" in row.path or any(parameter.name == "bucket" for parameter in row.parameters):
        yield 404
    if row.part:
        yield 405
    if "{key}" in row.path:
        yield 412
    if row.method not in _READING:
        yield from (409, 412)
    if Bytes.ANY in row.answers.values() or 206 in row.answers:
        yield 416
    if row.bodies:
        yield from (408, 411, 413, 415)
    if Bytes.ANY in row.bodies:
        yield 507
    if IDEMPOTENCY_KEY in row.headers:
        yield 422


def _of_who_asks(row: Route) -> Iterator[int]:
    if not isinstance(row, PublicRoute):
        yield from (401, 403)
    if row.takes_password:
        yield from (401, 429)
