"""The operations, as a table: which method on what, told apart by which query parameter or header, is what.

A parameter or an `x-amz-` header that an operation does not know is refused, never passed over: it would change what is meant.
"""

from collections.abc import Awaitable, Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from buckets.errors import MethodNotAllowed, NotImplementedYet
from gateway.edge.overrides import OVERRIDING
from gateway.s3.checksums import HEADERS as CHECKSUMS
from gateway.s3.operations.copy_object import copy_object
from gateway.s3.operations.create_bucket import create_bucket
from gateway.s3.operations.delete_bucket import delete_bucket
from gateway.s3.operations.delete_object import delete_object
from gateway.s3.operations.delete_objects import delete_objects
from gateway.s3.operations.get_bucket_location import get_bucket_location
from gateway.s3.operations.get_object import get_object
from gateway.s3.operations.head_bucket import head_bucket
from gateway.s3.operations.head_object import head_object
from gateway.s3.operations.list_buckets import list_buckets
from gateway.s3.operations.list_objects import list_objects
from gateway.s3.operations.list_objects_v2 import list_objects_v2
from gateway.s3.operations.put_object import put_object
from gateway.s3.request import METADATA, Kind, S3Request

Perform: TypeAlias = Callable[[S3Request], Awaitable[web.StreamResponse]]

_PASSING = frozenset({"x-id"})  # the name of the operation, which SDKs add
_ANYWHERE = frozenset({"x-amz-date", "x-amz-content-sha256", "x-amz-user-agent", "x-amz-cf-id"})
_SAYS_NOTHING = frozenset(
    {
        ("x-amz-acl", "private"),
        ("x-amz-bucket-object-lock-enabled", "false"),
        ("x-amz-object-ownership", "BucketOwnerEnforced"),
        ("x-amz-storage-class", "STANDARD"),
    }
)
_LISTING = frozenset({"prefix", "delimiter", "max-keys", "encoding-type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A row of the table. `parameter` and `header` tell it from others; `parameters` and `headers` are what else it knows.

    With `anybody` it may be asked for without a credential, and answers what everybody may know.
    """

    name: str
    method: str
    kind: Kind
    perform: Perform
    parameter: str | None = None
    header: str = ""
    parameters: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()
    anybody: bool = False

    def knows(self, header: str) -> bool:
        """A name in `headers` that ends in a hyphen stands for all that begin with it."""
        known = (self.header, *self.headers)
        return any(header.startswith(name) if name.endswith("-") else header == name for name in known)


OPERATIONS = (
    Operation(name="ListBuckets", method="GET", kind=Kind.SERVICE, perform=list_buckets,
        parameters=frozenset({"prefix", "max-buckets", "continuation-token", "bucket-region"})),
    Operation(name="CreateBucket", method="PUT", kind=Kind.BUCKET, perform=create_bucket, headers=CHECKSUMS),
    Operation(name="HeadBucket", method="HEAD", kind=Kind.BUCKET, perform=head_bucket),
    Operation(name="DeleteBucket", method="DELETE", kind=Kind.BUCKET, perform=delete_bucket),
    Operation(name="GetBucketLocation", method="GET", kind=Kind.BUCKET, perform=get_bucket_location, parameter="location"),
    Operation(name="ListObjects", method="GET", kind=Kind.BUCKET, perform=list_objects, parameters=_LISTING | {"marker"}),
    Operation(name="ListObjectsV2", method="GET", kind=Kind.BUCKET, perform=list_objects_v2, parameter="list-type",
        parameters=_LISTING | {"start-after", "continuation-token", "fetch-owner"}),
    Operation(name="DeleteObjects", method="POST", kind=Kind.BUCKET, perform=delete_objects, parameter="delete", headers=CHECKSUMS),
    Operation(name="PutObject", method="PUT", kind=Kind.OBJECT, perform=put_object,
        headers=(METADATA, "x-amz-tagging", *CHECKSUMS)),
    Operation(name="CopyObject", method="PUT", kind=Kind.OBJECT, perform=copy_object, header="x-amz-copy-source",
        headers=(METADATA, "x-amz-metadata-directive", "x-amz-tagging", "x-amz-tagging-directive")),
    Operation(name="GetObject", method="GET", kind=Kind.OBJECT, perform=get_object,
        parameters=frozenset(OVERRIDING), headers=("x-amz-checksum-mode",), anybody=True),
    Operation(name="HeadObject", method="HEAD", kind=Kind.OBJECT, perform=head_object,
        parameters=frozenset(OVERRIDING), headers=("x-amz-checksum-mode",), anybody=True),
    Operation(name="DeleteObject", method="DELETE", kind=Kind.OBJECT, perform=delete_object),
)  # fmt: skip


def find(method: str, kind: Kind, parameters: Iterable[str], headers: Container[str]) -> Operation:
    """The operation that is asked for, by its method and by the names of parameters and headers."""
    given = set(parameters) - _PASSING
    part = _part(kind, given)
    rows = [row for row in OPERATIONS if row.kind is kind and row.parameter == part]
    operation = _meant(method, rows, headers)
    if operation is None:
        _refuse(given - {part})
        raise MethodNotAllowed(method, ", ".join(sorted({row.method for row in rows})))
    return operation


def must_understand(operation: Operation, parameters: Iterable[str], headers: Iterable[tuple[str, str]]) -> None:
    """Every word of a request that is authenticated: one with words added to it is none of its signer's."""
    _refuse(set(parameters) - _PASSING - {operation.parameter} - operation.parameters)
    for name, value in headers:
        header = name.lower()
        strange = header.startswith("x-amz-") and header not in _ANYWHERE and not operation.knows(header)
        if strange and (header, value) not in _SAYS_NOTHING:
            raise NotImplementedYet(f"the header {header}")


def _refuse(unknown: Collection[str]) -> None:
    if unknown:
        raise NotImplementedYet(f"the parameter {min(unknown)}")


def _part(kind: Kind, given: Container[str]) -> str | None:
    """The parameter that names a part of a resource, if one does."""
    return next((row.parameter for row in OPERATIONS if row.kind is kind and row.parameter in given), None)


def _meant(method: str, rows: Sequence[Operation], headers: Container[str]) -> Operation | None:
    """Of the rows with that method the one whose header is there, or else the one without."""
    found = {row.header: row for row in rows if row.method == method and (not row.header or row.header in headers)}
    return found[max(found)] if found else None
