"""Every way a request can fail, as facts.

    StorageError
      x ClientFault          the caller's doing
        + NotFound           NoSuchBucket · NoSuchObject
        + Conflict           BucketExists · PreconditionFailed
        + Invalid            InvalidName · InvalidScalar · KeyTooLong · TooLarge · IncompleteBody · DigestMismatch · ClientGone
        + Denied             NotAuthenticated · NotPermitted
      x Busy                 CatalogBusy · StoreBusy · Draining
      x ServerFault          StoreUnavailable · CatalogUnavailable · BlobMissing · BlobCorrupt · BrokenSetting

A class carries facts as fields and never speaks HTTP: what a fact looks like on a wire is decided by the tables of the fronts. The
message of an error is its docstring with the facts filled in, and is meant for the caller's eyes.
"""

from dataclasses import dataclass


class StorageError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        return (type(self).__doc__ or type(self).__name__).format_map(vars(self))


class ClientFault(StorageError):
    """The request cannot be carried out as it is."""


class NotFound(ClientFault):
    """It does not exist."""


class Conflict(ClientFault):
    """It conflicts with the present state."""


class Invalid(ClientFault):
    """The request is not valid."""


class Denied(ClientFault):
    """Access denied."""


@dataclass(eq=False)
class Busy(StorageError):
    """The service is busy, try again in {retry_after} s."""

    retry_after: int = 1


class ServerFault(StorageError):
    """The service cannot answer at the moment."""


@dataclass(eq=False)
class NoSuchBucket(NotFound):
    """There is no bucket named {bucket}."""

    bucket: str


@dataclass(eq=False)
class NoSuchObject(NotFound):
    """There is no object {key} in bucket {bucket}."""

    bucket: str
    key: str


@dataclass(eq=False)
class BucketExists(Conflict):
    """The bucket name {bucket} is taken."""

    bucket: str


@dataclass(eq=False)
class PreconditionFailed(Conflict):
    """The condition {condition} does not hold."""

    condition: str


@dataclass(eq=False)
class InvalidName(Invalid):
    """{kind} is not valid: {reason}."""

    kind: str
    reason: str


@dataclass(eq=False)
class InvalidScalar(Invalid):
    """{name} is not valid: {reason}."""

    name: str
    reason: str


@dataclass(eq=False)
class KeyTooLong(Invalid):
    """The key has {size} bytes, at most {limit} are allowed."""

    size: int
    limit: int


@dataclass(eq=False)
class TooLarge(Invalid):
    """The body is larger than the {limit} bytes allowed."""

    limit: int


@dataclass(eq=False)
class IncompleteBody(Invalid):
    """The body had {received} bytes where {declared} were declared."""

    declared: int
    received: int


@dataclass(eq=False)
class DigestMismatch(Invalid):
    """The {algorithm} of the body is {computed}, the request claimed {claimed}."""

    algorithm: str
    claimed: str
    computed: str


class ClientGone(Invalid):
    """The client went away before its body was complete."""


@dataclass(eq=False)
class NotAuthenticated(Denied):
    """The request is not authenticated: {reason}."""

    reason: str


@dataclass(eq=False)
class NotPermitted(Denied):
    """{action} is not permitted."""

    action: str


class CatalogBusy(Busy):
    """The catalog has no connection free, try again in {retry_after} s."""


class StoreBusy(Busy):
    """The blob store is busy, try again in {retry_after} s."""


class Draining(Busy):
    """The service is shutting down, try again in {retry_after} s."""


@dataclass(eq=False)
class StoreUnavailable(ServerFault):
    """The blob store did not answer: {reason}."""

    reason: str


@dataclass(eq=False)
class CatalogUnavailable(ServerFault):
    """The catalog did not answer: {reason}."""

    reason: str


@dataclass(eq=False)
class BlobMissing(ServerFault):
    """The bytes of {blob} are missing from the store."""

    blob: str


@dataclass(eq=False)
class BlobCorrupt(ServerFault):
    """The bytes of {blob} are not those that were stored."""

    blob: str


@dataclass(eq=False)
class BrokenSetting(ServerFault):
    """{problem}."""

    problem: str
