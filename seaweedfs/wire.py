"""What is asked of SeaweedFS's S3 gateway, and what its replies say. Pure: nothing is sent from here.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from buckets.errors import BlobCorrupt, BlobMissing, InvalidScalar, StorageError, StoreBusy, StoreFull, StoreUnavailable
from buckets.model.blob import Span
from buckets.scalars import hex_bytes, whole_number
from seaweedfs.sign import Request, signed_body

_LARGEST = 1 << 53
_CODE = re.compile(rb"<Code>([A-Za-z0-9._]{1,64})</Code>")
_KEY = re.compile(rb"<Key>([0-9a-z./-]+)</Key>")
_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class Objects:
    """The requests for the objects of one bucket."""

    bucket: str

    def put(self, name: str, size: int) -> Request:
        """Store an object under a name that nothing has. Its body is sent as it comes: only its length is signed.

        Of a body without a type SeaweedFS 4.44 looks at the beginning, and if that never comes it stores an empty object.
        """
        headers = {"content-length": str(size), "content-type": "application/octet-stream", "if-none-match": "*"}
        return Request(method="PUT", path=self._path(name), headers=headers)

    def get(self, name: str, span: Span) -> Request:
        return Request(method="GET", path=self._path(name), headers={"range": f"bytes={span.offset}-{span.end - 1}"}, body=_NO_BODY)

    def head(self, name: str) -> Request:
        return Request(method="HEAD", path=self._path(name), body=_NO_BODY)

    def list(self, prefix: str, after: str) -> Request:
        """The names that begin so and come behind a name, a page of them."""
        query = (("list-type", "2"), ("prefix", prefix), ("start-after", after))
        return Request(method="GET", path=f"/{self.bucket}", query=query, body=_NO_BODY)

    def delete(self, document: bytes) -> Request:
        """Remove the objects of such a document, present or not; the answer speaks only of those that it could not."""
        headers = {"content-length": str(len(document))}
        path = f"/{self.bucket}"
        return Request(method="POST", path=path, query=(("delete", ""),), headers=headers, body=signed_body(document))

    def _path(self, name: str) -> str:
        return f"/{self.bucket}/{name}"


def deletion(names: Iterable[str]) -> bytes:
    """The document that asks for objects to be removed."""
    listed = "".join(f"<Object><Key>{escape(name)}</Key></Object>" for name in names)
    return f"<Delete><Quiet>true</Quiet>{listed}</Delete>".encode()


def stored_md5(headers: Mapping[str, str]) -> bytes:
    """The hash of what a put has stored."""
    try:
        return hex_bytes(headers.get("ETag", "").strip('"'), name="The ETag", size=16)
    except InvalidScalar as error:
        raise StoreUnavailable("it did not say what it stored") from error


def object_size(headers: Mapping[str, str]) -> int:
    """How large the object is that was asked about."""
    try:
        return whole_number(headers.get("Content-Length", ""), name="Content-Length", most=_LARGEST)
    except InvalidScalar as error:
        raise StoreUnavailable("it did not say how much it holds") from error


def check_span(status: int, headers: Mapping[str, str], span: Span, *, name: str) -> None:
    """Raise unless the reply is that span and nothing else: what ends before it is corrupt, another answer is none."""
    match = _RANGE.fullmatch(headers.get("Content-Range", ""))
    if status != 206 or match is None:
        raise StoreUnavailable("it answered something else than the range that it was asked for")
    first, last = int(match[1]), int(match[2])
    if first == span.offset and last < span.end - 1:
        raise BlobCorrupt(name)
    if (first, last) != (span.offset, span.end - 1):
        raise StoreUnavailable("it answered another range than it was asked for")
    if object_size(headers) != span.length:
        raise BlobCorrupt(name)


def listed(reply: bytes) -> tuple[Sequence[str], bool]:
    """The names on a page, and whether there are more behind it. Names as we give them: there is nothing in them to unescape."""
    if b"<ListBucketResult" not in reply:
        raise StoreUnavailable("it did not say what it holds")
    return [name.decode("ascii") for name in _KEY.findall(reply)], b"<IsTruncated>true" in reply


def check_deleted(reply: bytes) -> None:
    """Raise when some of the objects could not be removed."""
    if b"<DeleteResult" not in reply:
        raise StoreUnavailable("it did not say what it removed")
    if b"<Error>" in reply:
        raise StoreBusy


def refusal(status: int, reply: bytes, *, name: str) -> StorageError:
    """What an answer means that is no success."""
    return error_of(status, error_code(reply), name=name)


def error_of(status: int, code: str, *, name: str) -> StorageError:
    """The same by its status and code. An object that is missing is told from a bucket that is."""
    if status == 404 and code == "NoSuchKey":
        return BlobMissing(name)
    if status == 416:
        return BlobCorrupt(name)
    if status == 412:
        return StoreUnavailable("the blob's name is in use")
    if status == 507:
        return StoreFull()
    if status >= 500 or status in (408, 429) or code == "IncompleteBody":
        return StoreBusy()
    return StoreUnavailable(f"it answered {status} {code}".rstrip())


def error_code(reply: bytes) -> str:
    """The code of an error document, or nothing."""
    match = _CODE.search(reply)
    return match[1].decode("ascii") if match else ""


_NO_BODY = signed_body(b"")
