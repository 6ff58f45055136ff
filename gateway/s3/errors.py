"""What errors are called in S3: code and status of each, as a table.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from buckets import errors
from buckets.errors import StorageError
from buckets.names import BucketName
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256
from gateway.edge.claims import CONTENT_MD5


@dataclass(frozen=True, slots=True)
class Answer:
    """A code, its status, and the elements of the document that hold facts of the error."""

    code: str
    status: int
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Depends:
    """S3 has several codes for one kind of error, told apart by one of its facts."""

    fact: str
    cases: Mapping[str, Answer]
    otherwise: Answer


Row: TypeAlias = Answer | Depends

_DENIED = Answer("AccessDenied", 403)
_UNAVAILABLE = Answer("ServiceUnavailable", 503)
_INTERNAL = Answer("InternalError", 500)
_INVALID = Answer("InvalidRequest", 400)
_TAKEN = Answer("EntityAlreadyExists", 409)
_KEPT = Answer("DeleteConflict", 409)

TABLE: Mapping[type[StorageError], Row] = MappingProxyType(
    {
        errors.NoSuchBucket: Answer("NoSuchBucket", 404, {"BucketName": "bucket"}),
        errors.NoSuchObject: Answer("NoSuchKey", 404, {"Key": "key"}),
        errors.NoSuchVersion: Answer("NoSuchVersion", 404, {"Key": "key", "VersionId": "version"}),
        errors.NoSuchResource: Answer("NoSuchKey", 404),
        errors.NoSuchUser: Answer("NoSuchEntity", 404),
        errors.NoSuchAccount: Answer("NoSuchEntity", 404),
        errors.BucketExists: Answer("BucketAlreadyExists", 409, {"BucketName": "bucket"}),
        errors.BucketOwned: Answer("BucketAlreadyOwnedByYou", 409, {"BucketName": "bucket"}),
        errors.BucketNotEmpty: Answer("BucketNotEmpty", 409, {"BucketName": "bucket"}),
        errors.NameTaken: Answer("OperationAborted", 409, {"Key": "key"}),
        errors.Overtaken: Answer("OperationAborted", 409),
        errors.EmailTaken: _TAKEN,
        errors.IdentityTaken: _TAKEN,
        errors.LastOwner: _KEPT,
        errors.UserOwnsObjects: _KEPT,
        errors.KeyEnded: Answer("OperationAborted", 409),
        errors.PreconditionFailed: Answer("PreconditionFailed", 412, {"Condition": "condition"}),
        errors.IdempotencyKeyReused: Answer("IdempotentParameterMismatch", 400),
        errors.RequestRunning: Answer("OperationAborted", 409),
        errors.InvalidName: Depends("kind", {BucketName.kind: Answer("InvalidBucketName", 400)}, Answer("InvalidURI", 400)),
        errors.InvalidScalar: Depends(
            "name",
            {"The request target": Answer("InvalidURI", 400), f"The header {CONTENT_MD5}": Answer("InvalidDigest", 400)},
            Answer("InvalidArgument", 400),
        ),
        errors.KeyTooLong: Answer("KeyTooLongError", 400, {"Size": "size", "MaxSizeAllowed": "limit"}),
        errors.TooLarge: Answer("EntityTooLarge", 400, {"MaxSizeAllowed": "limit"}),
        errors.IncompleteBody: Answer("IncompleteBody", 400),
        errors.DigestMismatch: Depends(
            "header",
            {
                AMZ_CONTENT_SHA256: Answer(
                    "XAmzContentSHA256Mismatch",
                    400,
                    {"ClientComputedContentSHA256": "claimed", "S3ComputedContentSHA256": "computed"},
                )
            },
            Answer("BadDigest", 400, {"ExpectedDigest": "claimed", "CalculatedDigest": "computed"}),
        ),
        errors.ClientGone: Answer("IncompleteBody", 400),
        errors.LengthRequired: Answer("MissingContentLength", 411),
        errors.RequestTimeout: Answer("RequestTimeout", 400),
        errors.MetadataTooLarge: Answer("MetadataTooLarge", 400, {"Size": "size", "MaxSizeAllowed": "limit"}),
        errors.InvalidTag: Answer("InvalidTag", 400),
        errors.MalformedXml: Answer("MalformedXML", 400),
        errors.MalformedForm: Answer("MalformedPOSTRequest", 400),
        errors.MediaTypeNotSupported: _INVALID,
        errors.WrongRegion: Answer("InvalidLocationConstraint", 400, {"LocationConstraint": "location"}),
        errors.CopyOntoItself: _INVALID,
        errors.ChecksumRequired: _INVALID,
        errors.RangeNotSatisfiable: Answer("InvalidRange", 416, {"ActualObjectSize": "size"}),
        errors.MethodNotAllowed: Answer("MethodNotAllowed", 405, {"Method": "method"}),
        errors.NotImplementedYet: Answer("NotImplemented", 501),
        errors.MalformedMessage: Answer("BadRequest", 400),
        errors.HeadersTooLarge: Answer("RequestHeaderSectionTooLarge", 400),
        errors.VersionNotSupported: Answer("HttpVersionNotSupported", 505),
        errors.AuthorizationMalformed: Answer("AuthorizationHeaderMalformed", 400),
        errors.PresignMalformed: Answer("AuthorizationQueryParametersError", 400),
        errors.AuthorizationNotSupported: _INVALID,
        errors.PayloadModeNotSupported: Answer("NotImplemented", 501),
        errors.NotAuthenticated: _DENIED,
        errors.NotPermitted: _DENIED,
        errors.UnknownAccessKey: Answer("InvalidAccessKeyId", 403),
        errors.SignatureMismatch: Answer("SignatureDoesNotMatch", 403),
        errors.RequestTimeSkewed: Answer("RequestTimeTooSkewed", 403, {"ServerTime": "now"}),
        errors.PresignExpired: Answer("AccessDenied", 403, {"Expires": "expires", "ServerTime": "now"}),
        errors.UnsignedHeader: Answer("AccessDenied", 403, {"HeadersNotSigned": "header"}),
        errors.AddressNotAdmitted: _DENIED,
        errors.WiderThanOwn: _DENIED,
        errors.Busy: Answer("SlowDown", 503),
        errors.TooManyAttempts: Answer("SlowDown", 429),
        errors.Draining: _UNAVAILABLE,
        errors.StoreUnavailable: _UNAVAILABLE,
        errors.StoreFull: Answer("InsufficientStorage", 507),
        errors.CatalogUnavailable: _UNAVAILABLE,
        errors.OutcomeUnknown: _UNAVAILABLE,
        errors.SessionsUnavailable: _UNAVAILABLE,
        errors.BlobMissing: _UNAVAILABLE,
        errors.BlobCorrupt: _UNAVAILABLE,
        errors.BrokenSetting: _INTERNAL,
        errors.SealBroken: _INTERNAL,
        errors.Unforeseen: _INTERNAL,
    }
)
"""A row for each leaf of the tree; `Busy` stands for all of its own that have none."""


def answer_to(error: StorageError) -> Answer:
    row = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), _INTERNAL)
    if isinstance(row, Answer):
        return row
    return row.cases.get(getattr(error, row.fact), row.otherwise)
