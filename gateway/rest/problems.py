"""What errors are called in the JSON API: type and status of each, as a table.

https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from buckets import errors
from buckets.errors import StorageError

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem, in words that stay the same, and the status it comes with."""

    slug: str
    status: int

    @property
    def type(self) -> str:
        return f"urn:seawall:problem:{self.slug}"

    @property
    def title(self) -> str:
        return self.slug.replace("-", " ").capitalize()


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


_UNAUTHENTICATED = Problem("unauthenticated", 401)
_UNAVAILABLE = Problem("unavailable", 503)
_INTERNAL = Problem("internal-error", 500)

TABLE: Mapping[type[StorageError], Problem] = MappingProxyType(
    {
        errors.NoSuchBucket: Problem("no-such-bucket", 404),
        errors.NoSuchObject: Problem("no-such-object", 404),
        errors.NoSuchVersion: Problem("no-such-version", 404),
        errors.NoSuchResource: Problem("no-such-resource", 404),
        errors.NoSuchUser: Problem("no-such-user", 404),
        errors.NoSuchAccount: Problem("no-such-account", 404),
        errors.BucketExists: Problem("bucket-exists", 409),
        errors.BucketOwned: Problem("bucket-owned", 409),
        errors.BucketNotEmpty: Problem("bucket-not-empty", 409),
        errors.NameTaken: Problem("name-taken", 409),
        errors.Overtaken: Problem("overtaken", 409),
        errors.EmailTaken: Problem("email-taken", 409),
        errors.IdentityTaken: Problem("identity-taken", 409),
        errors.LastOwner: Problem("last-owner", 409),
        errors.UserOwnsObjects: Problem("user-owns-objects", 409),
        errors.KeyEnded: Problem("key-ended", 409),
        errors.PreconditionFailed: Problem("precondition-failed", 412),
        errors.IdempotencyKeyReused: Problem("idempotency-key-reused", 422),
        errors.RequestRunning: Problem("request-running", 409),
        errors.InvalidName: Problem("invalid-name", 400),
        errors.InvalidScalar: Problem("invalid-value", 400),
        errors.KeyTooLong: Problem("key-too-long", 400),
        errors.TooLarge: Problem("too-large", 413),
        errors.IncompleteBody: Problem("incomplete-body", 400),
        errors.DigestMismatch: Problem("digest-mismatch", 400),
        errors.ClientGone: Problem("incomplete-body", 400),
        errors.LengthRequired: Problem("length-required", 411),
        errors.RequestTimeout: Problem("request-timeout", 408),
        errors.MetadataTooLarge: Problem("metadata-too-large", 400),
        errors.InvalidTag: Problem("invalid-tag", 400),
        errors.MalformedXml: Problem("malformed-body", 400),
        errors.MalformedForm: Problem("malformed-form", 400),
        errors.MediaTypeNotSupported: Problem("media-type-not-supported", 415),
        errors.WrongRegion: Problem("wrong-region", 400),
        errors.CopyOntoItself: Problem("copy-onto-itself", 400),
        errors.ChecksumRequired: Problem("checksum-required", 400),
        errors.RangeNotSatisfiable: Problem("range-not-satisfiable", 416),
        errors.MethodNotAllowed: Problem("method-not-allowed", 405),
        errors.NotImplementedYet: Problem("not-implemented", 501),
        errors.MalformedMessage: Problem("malformed-message", 400),
        errors.HeadersTooLarge: Problem("headers-too-large", 431),
        errors.VersionNotSupported: Problem("version-not-supported", 505),
        errors.AuthorizationMalformed: Problem("authorization-malformed", 400),
        errors.PresignMalformed: Problem("presign-malformed", 400),
        errors.AuthorizationNotSupported: _UNAUTHENTICATED,
        errors.PayloadModeNotSupported: Problem("payload-mode-not-supported", 501),
        errors.NotAuthenticated: _UNAUTHENTICATED,
        errors.NotPermitted: Problem("not-permitted", 403),
        errors.UnknownAccessKey: _UNAUTHENTICATED,
        errors.SignatureMismatch: _UNAUTHENTICATED,
        errors.RequestTimeSkewed: Problem("request-time-skewed", 401),
        errors.PresignExpired: Problem("presign-expired", 403),
        errors.UnsignedHeader: Problem("unsigned-header", 403),
        errors.AddressNotAdmitted: _UNAUTHENTICATED,
        errors.WiderThanOwn: Problem("wider-than-own", 403),
        errors.Busy: Problem("busy", 503),
        errors.TooManyAttempts: Problem("too-many-attempts", 429),
        errors.Draining: _UNAVAILABLE,
        errors.StoreUnavailable: _UNAVAILABLE,
        errors.StoreFull: Problem("store-full", 507),
        errors.CatalogUnavailable: _UNAVAILABLE,
        errors.OutcomeUnknown: Problem("outcome-unknown", 503),
        errors.SessionsUnavailable: _UNAVAILABLE,
        errors.BlobMissing: _UNAVAILABLE,
        errors.BlobCorrupt: _UNAVAILABLE,
        errors.BrokenSetting: _INTERNAL,
        errors.SealBroken: _INTERNAL,
        errors.Unforeseen: _INTERNAL,
    }
)
"""A row for each leaf of the tree; `Busy` stands for all of its own that have none."""


def problem_of(error: StorageError) -> Problem:
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), _INTERNAL)


def problem_document(error: StorageError, *, instance: str, request_id: str) -> bytes:
    problem = problem_of(error)
    return msgspec.json.encode(
        ProblemDocument(
            type=problem.type,
            title=problem.title,
            status=problem.status,
            detail=str(error).encode("utf-8", "replace").decode("utf-8"),
            instance=instance,
            request_id=request_id,
        )
    )
