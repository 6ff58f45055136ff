"""What S3 says of an object in headers of its own."""

from buckets.model.bucket import Bucket, Versioning
from buckets.model.version import Head
from gateway.s3.checksums import known_checksums

VERSION_ID = "x-amz-version-id"


def written_version(bucket: Bucket, head: Head) -> dict[str, str]:
    """The version that a write has made, where the bucket keeps versions. One that has ceased to keeps one without an id."""
    match bucket.versioning:
        case Versioning.ENABLED:
            return {VERSION_ID: str(head.version)}
        case Versioning.SUSPENDED:
            return {VERSION_ID: "null"}
        case Versioning.OFF:
            return {}


def described(bucket: Bucket, head: Head, *, checksums: bool) -> dict[str, str]:
    """What an answer with the object, or about it, says. Checksums are those of the whole."""
    content = head.content
    version = {} if bucket.versioning is Versioning.OFF else {VERSION_ID: str(head.version)}
    tags = {"x-amz-tagging-count": str(len(content.tags))} if content.tags else {}
    return version | tags | (known_checksums(content.digests) if checksums else {})
