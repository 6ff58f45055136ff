"""The answers to ListObjects, both versions, with their elements in the order in which S3 sends them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Literal, TypeAlias

from buckets.model.page import Folder
from buckets.model.version import Head
from gateway.s3.xml.etag import etag_element
from gateway.s3.xml.instant import instant
from gateway.s3.xml.person import Person, owner_element
from gateway.s3.xml.text import document, element, optional, text

Write: TypeAlias = Callable[[str], str]
"""How a key, or a part of one, is written."""

_PLAIN = {ord(character): character for character in f"{ascii_letters}{digits}-_.*/"}
# As HTML forms write their fields, but for the slash: a blank is a plus, and the tilde is not plain.
_URL = {byte: f"%{byte:02X}" for byte in range(256)} | _PLAIN | {ord(" "): "+"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page of a list, and what was asked for."""

    bucket: str
    prefix: str
    delimiter: str | None
    max_keys: int
    encoding_type: Literal["url"] | None
    truncated: bool
    entries: Sequence[Head | Folder]


def list_objects_document(shown: Shown, *, owner: Person, marker: str, next_marker: str | None) -> bytes:
    """A next marker is said only with a delimiter: without one it is the last key."""
    write = _writing(shown)
    following = next_marker if shown.truncated and shown.delimiter else None
    where = f"<Marker>{write(marker)}</Marker>{_written('NextMarker', following, write)}"
    return document("ListBucketResult", _asked(shown, where, write) + _entries(shown, owner, write))


def list_objects_v2_document(
    shown: Shown, *, owner: Person | None, start_after: str | None, continuation: str | None, next_continuation: str | None
) -> bytes:
    """The tokens are opaque and never encoded."""
    write = _writing(shown)
    where = (
        f"{_written('StartAfter', start_after, write)}{optional('ContinuationToken', continuation)}"
        f"{optional('NextContinuationToken', next_continuation)}{element('KeyCount', len(shown.entries))}"
    )
    return document("ListBucketResult", _asked(shown, where, write) + _entries(shown, owner, write))


def _writing(shown: Shown) -> Write:
    return text if shown.encoding_type is None else _url_encoded


def _url_encoded(value: str) -> str:
    return value.encode().decode("latin-1").translate(_URL)


def _written(name: str, value: str | None, write: Write) -> str:
    return "" if value is None else f"<{name}>{write(value)}</{name}>"


def _asked(shown: Shown, where: str, write: Write) -> str:
    return (
        f"{element('Name', shown.bucket)}<Prefix>{write(shown.prefix)}</Prefix>{where}{element('MaxKeys', shown.max_keys)}"
        f"{_written('Delimiter', shown.delimiter or None, write)}{optional('EncodingType', shown.encoding_type)}"
        f"<IsTruncated>{'true' if shown.truncated else 'false'}</IsTruncated>"
    )


def _entries(shown: Shown, owner: Person | None, write: Write) -> str:
    """First the objects, then the folders."""
    return "".join((*_contents(shown, owner, write), *_common_prefixes(shown, write)))


def _contents(shown: Shown, owner: Person | None, write: Write) -> Iterator[str]:
    whose = "" if owner is None else owner_element(owner)
    for head in shown.entries:
        if isinstance(head, Head):
            yield (
                f"<Contents><Key>{write(head.key)}</Key><LastModified>{instant(head.modified_at)}</LastModified>"
                f"{etag_element(head.content.digests.etag)}<Size>{head.content.size}</Size>{whose}"
                "<StorageClass>STANDARD</StorageClass></Contents>"
            )


def _common_prefixes(shown: Shown, write: Write) -> Iterator[str]:
    for folder in shown.entries:
        if isinstance(folder, Folder):
            yield f"<CommonPrefixes><Prefix>{write(folder.prefix)}</Prefix></CommonPrefixes>"
