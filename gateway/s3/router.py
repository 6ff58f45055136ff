"""The operations, as a table: which method on what, told apart by which query parameter, is what.

A parameter or an `x-amz-` header that an operation does not know is refused, never passed over: it would change what is meant.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from buckets.errors import MethodNotAllowed, NotImplementedYet
from gateway.s3.checksums import HEADERS as CHECKSUMS
from gateway.s3.operations.delete_object import delete_object
from gateway.s3.operations.get_object import get_object
from gateway.s3.operations.head_object import head_object
from gateway.s3.operations.put_object import put_object
from gateway.s3.request import METADATA, Kind, S3Request

Perform: TypeAlias = Callable[[S3Request], Awaitable[web.StreamResponse]]

_SIGNING = ("X-Amz-", "x-id")  # of presigned requests, and the name of the operation that SDKs add
_ANYWHERE = frozenset({"x-amz-date", "x-amz-content-sha256", "x-amz-user-agent", "x-amz-cf-id"})
_SAYS_NOTHING = frozenset({("x-amz-storage-class", "STANDARD")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A row of the table. `parameter` tells it from others; `parameters` and `headers` are what else it knows."""

    name: str
    method: str
    kind: Kind
    perform: Perform
    parameter: str = ""
    parameters: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()

    def knows(self, header: str) -> bool:
        """A name in `headers` that ends in a hyphen stands for all that begin with it."""
        return any(header.startswith(known) if known.endswith("-") else header == known for known in self.headers)


OPERATIONS = (
    Operation(name="DeleteObject", method="DELETE", kind=Kind.OBJECT, perform=delete_object),
    Operation(name="GetObject", method="GET", kind=Kind.OBJECT, perform=get_object, headers=("x-amz-checksum-mode",)),
    Operation(name="HeadObject", method="HEAD", kind=Kind.OBJECT, perform=head_object, headers=("x-amz-checksum-mode",)),
    Operation(name="PutObject", method="PUT", kind=Kind.OBJECT, perform=put_object, headers=(METADATA, *CHECKSUMS)),
)


def find(method: str, kind: Kind, parameters: Collection[str]) -> Operation:
    """The operation that is asked for."""
    given = {name for name in parameters if not name.startswith(_SIGNING)}
    rows = _rows(kind, given)
    if method not in rows:
        raise MethodNotAllowed(method, ", ".join(rows))
    operation = rows[method]
    unknown = given - operation.parameters - {operation.parameter}
    if unknown:
        raise NotImplementedYet(f"the parameter {min(unknown)}")
    return operation


def must_know_headers(operation: Operation, headers: Collection[tuple[str, str]]) -> None:
    for name, value in headers:
        header = name.lower()
        strange = header.startswith("x-amz-") and header not in _ANYWHERE and not operation.knows(header)
        if strange and (header, value) not in _SAYS_NOTHING:
            raise NotImplementedYet(f"the header {header}")


def _rows(kind: Kind, given: Collection[str]) -> dict[str, Operation]:
    """What can be done with a resource, or with the part of it that a parameter names, by method."""
    here = [row for row in OPERATIONS if row.kind is kind]
    part = next((row.parameter for row in here if row.parameter in given), "")
    rows = {row.method: row for row in here if row.parameter == part}
    if not rows:
        raise NotImplementedYet(f"a request for a {kind.value.lower()}")
    return rows
