"""Every way a request can fail, as facts.

    StorageError
      x ClientFault          the caller's doing
        + NotFound           NoSuchBucket · NoSuchObject · NoSuchVersion · NoSuchResource · NoSuchUser · NoSuchAccount
        + Conflict           BucketExists · BucketOwned · BucketNotEmpty · NameTaken · Overtaken · PreconditionFailed
                             IdempotencyKeyReused · RequestRunning · EmailTaken · IdentityTaken · LastOwner
                             UserOwnsObjects · KeyEnded
        + Invalid            InvalidName · InvalidScalar · KeyTooLong · TooLarge · IncompleteBody · DigestMismatch · ClientGone
                             AuthorizationMalformed · AuthorizationNotSupported · PayloadModeNotSupported
                             PresignMalformed · MetadataTooLarge · InvalidTag · RangeNotSatisfiable · LengthRequired
                             ChecksumRequired · MalformedXml · MalformedForm · MediaTypeNotSupported · WrongRegion
                             CopyOntoItself · RequestTimeout · MethodNotAllowed · NotImplementedYet · MalformedMessage
                             HeadersTooLarge · VersionNotSupported
        + Denied             NotAuthenticated · NotPermitted · UnknownAccessKey · SignatureMismatch · RequestTimeSkewed
                             PresignExpired · UnsignedHeader · AddressNotAdmitted · WiderThanOwn
                             TooManyAttempts
      x Busy                 CatalogBusy · StoreBusy · LeaseExpired · SourceMoved · Draining · IssuerUnavailable
                             PasswordsBusy
      x ServerFault          StoreUnavailable · StoreFull · CatalogUnavailable · OutcomeUnknown · SessionsUnavailable
                             BlobMissing · BlobCorrupt · BrokenSetting · SealBroken · Unforeseen

A class carries facts as fields and never speaks HTTP: what a fact looks like on a wire is decided by the tables of the fronts. The
message of an error is its docstring with the facts filled in, and is meant for the caller's eyes.
"""

from dataclasses import dataclass
from datetime import datetime


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
class NoSuchVersion(NotFound):
    """There is no version {version} of object {key} in bucket {bucket}."""

    bucket: str
    key: str
    version: str


@dataclass(eq=False)
class NoSuchResource(NotFound):
    """There is nothing at {path}."""

    path: str


@dataclass(eq=False)
class NoSuchUser(NotFound):
    """There is no user {user}."""

    user: str


@dataclass(eq=False)
class NoSuchAccount(NotFound):
    """There is no account {account}."""

    account: str


@dataclass(eq=False)
class BucketExists(Conflict):
    """The bucket name {bucket} is taken."""

    bucket: str


@dataclass(eq=False)
class BucketOwned(Conflict):
    """The bucket {bucket} is yours already."""

    bucket: str


@dataclass(eq=False)
class BucketNotEmpty(Conflict):
    """The bucket {bucket} is not empty."""

    bucket: str


@dataclass(eq=False)
class NameTaken(Conflict):
    """There is an object {key} in bucket {bucket} already."""

    bucket: str
    key: str


class Overtaken(Conflict):
    """Somebody else changed it at the same time."""


class IdempotencyKeyReused(Conflict):
    """The Idempotency-Key was used before, for another request."""


@dataclass(eq=False)
class RequestRunning(Conflict):
    """A request with the same Idempotency-Key is still running, try again in {retry_after} s."""

    retry_after: int = 1


class EmailTaken(Conflict):
    """Another user of the account has the email address."""


class IdentityTaken(Conflict):
    """Another user goes by one of the identities."""


class LastOwner(Conflict):
    """An account has an active owner, and there is no other than this one."""


class UserOwnsObjects(Conflict):
    """The user owns objects or buckets."""


class KeyEnded(Conflict):
    """The key was revoked or has expired."""


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
    """The {algorithm} of the body is {computed}, the header {header} claims {claimed}."""

    algorithm: str
    claimed: str
    computed: str
    header: str


class ClientGone(Invalid):
    """The client went away before its body was complete."""


class LengthRequired(Invalid):
    """The request must say how long its body is."""


class RequestTimeout(Invalid):
    """The body came too slowly."""


@dataclass(eq=False)
class MetadataTooLarge(Invalid):
    """The metadata has {size} bytes, at most {limit} are allowed."""

    size: int
    limit: int


@dataclass(eq=False)
class InvalidTag(Invalid):
    """The tags are not valid: {reason}."""

    reason: str


@dataclass(eq=False)
class MalformedXml(Invalid):
    """The XML document is not valid: {reason}."""

    reason: str


@dataclass(eq=False)
class MalformedForm(Invalid):
    """The form is not valid: {reason}."""

    reason: str


@dataclass(eq=False)
class MediaTypeNotSupported(Invalid):
    """The body must be {expected}."""

    expected: str


@dataclass(eq=False)
class WrongRegion(Invalid):
    """The location {location} is not that of this service."""

    location: str


class CopyOntoItself(Invalid):
    """An object can be copied onto itself only with something changed: its metadata, type or tags."""


class ChecksumRequired(Invalid):
    """The request must bear a checksum of its body: Content-MD5 or x-amz-checksum-…."""


@dataclass(eq=False)
class RangeNotSatisfiable(Invalid):
    """The range lies outside of the {size} bytes there are."""

    size: int


@dataclass(eq=False)
class MethodNotAllowed(Invalid):
    """The method {method} is not allowed here, only {allowed}."""

    method: str
    allowed: str


@dataclass(eq=False)
class NotImplementedYet(Invalid):
    """What {feature} asks for is not implemented."""

    feature: str


@dataclass(eq=False)
class MalformedMessage(Invalid):
    """The message is malformed: {reason}."""

    reason: str


class HeadersTooLarge(Invalid):
    """The request line or the headers are too large."""


@dataclass(eq=False)
class VersionNotSupported(Invalid):
    """The protocol version {version} is not supported."""

    version: str


@dataclass(eq=False)
class AuthorizationMalformed(Invalid):
    """The authorization is not valid: {reason}."""

    reason: str


@dataclass(eq=False)
class PresignMalformed(Invalid):
    """The presigned query is not valid: {reason}."""

    reason: str


class AuthorizationNotSupported(Invalid):
    """The authorization is none of those that are supported."""


@dataclass(eq=False)
class PayloadModeNotSupported(Invalid):
    """The payload mode {mode} is not supported."""

    mode: str


@dataclass(eq=False)
class NotAuthenticated(Denied):
    """The request is not authenticated: {reason}."""

    reason: str


@dataclass(eq=False)
class NotPermitted(Denied):
    """{action} is not permitted."""

    action: str


class UnknownAccessKey(Denied):
    """There is no such access key."""


class SignatureMismatch(Denied):
    """The signature is not that of the request."""


@dataclass(eq=False)
class RequestTimeSkewed(Denied):
    """The request is dated {requested}, which is too far from {now}."""

    requested: datetime
    now: datetime


@dataclass(eq=False)
class PresignExpired(Denied):
    """The presigned request was good until {expires}, now it is {now}."""

    expires: datetime
    now: datetime


@dataclass(eq=False)
class UnsignedHeader(Denied):
    """The header {header} must be signed."""

    header: str


class AddressNotAdmitted(Denied):
    """The key may not be used from this address."""


@dataclass(eq=False)
class WiderThanOwn(Denied):
    """The key would reach further than yours: {aspect}."""

    aspect: str


@dataclass(eq=False)
class TooManyAttempts(Denied):
    """There were too many attempts, try again in {retry_after} s."""

    retry_after: int = 1


class CatalogBusy(Busy):
    """The catalog has no connection free, try again in {retry_after} s."""


class StoreBusy(Busy):
    """The blob store is busy, try again in {retry_after} s."""


class LeaseExpired(Busy):
    """The upload took longer than any upload may, try again in {retry_after} s."""


class SourceMoved(Busy):
    """What was to be copied is not there any more, try again in {retry_after} s."""


class Draining(Busy):
    """The service is shutting down, try again in {retry_after} s."""


class IssuerUnavailable(Busy):
    """The keys of the issuer of tokens are not known yet, try again in {retry_after} s."""


class PasswordsBusy(Busy):
    """Too many passwords are looked at, try again in {retry_after} s."""


@dataclass(eq=False)
class StoreUnavailable(ServerFault):
    """The blob store did not answer: {reason}."""

    reason: str


class StoreFull(ServerFault):
    """The blob store has no room left."""


@dataclass(eq=False)
class CatalogUnavailable(ServerFault):
    """The catalog did not answer: {reason}."""

    reason: str


class OutcomeUnknown(ServerFault):
    """The catalog did not say whether the change was made."""


class SessionsUnavailable(ServerFault):
    """The session store did not answer."""


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


@dataclass(eq=False)
class SealBroken(ServerFault):
    """The secret of {access_key} cannot be unsealed."""

    access_key: str


class Unforeseen(ServerFault):
    """Something went wrong that nobody foresaw."""
