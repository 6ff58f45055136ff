"""The x-amz-copy-source header: what is to be copied.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html#API_CopyObject_RequestSyntax
"""

from dataclasses import dataclass
from typing import Self

from buckets.errors import InvalidScalar
from buckets.names import BucketName, ObjectKey, VersionId
from buckets.scalars import percent_bytes, uuid_text

HEADER = "x-amz-copy-source"

_NAME = f"The header {HEADER}"
_VERSION = b"versionId="


@dataclass(frozen=True, slots=True)
class CopySource:
    """An object, or one of its versions."""

    bucket: BucketName
    key: ObjectKey
    version: VersionId | None

    @classmethod
    def parse(cls, header: str) -> Self:
        """Of a header as it stood on the wire. The slash behind the bucket may be encoded, for no bucket's name holds one."""
        path, mark, query = header.encode("utf-8", "surrogateescape").partition(b"?")
        bucket, _, key = percent_bytes(path, name=_NAME).removeprefix(b"/").partition(b"/")
        return cls(BucketName.parse(bucket), ObjectKey.parse(key), _version(query) if mark else None)


def _version(query: bytes) -> VersionId:
    if not query.startswith(_VERSION):
        raise InvalidScalar(_NAME, "a question mark in a key is written as %3F")
    return VersionId(uuid_text(query.removeprefix(_VERSION).decode("latin-1"), name=_NAME))
