"""How stored files are served, so that nothing anybody uploaded runs as a page of ours."""

import re
from collections.abc import Mapping
from email.utils import format_datetime
from types import MappingProxyType

from buckets.model.blob import Span
from buckets.model.version import STORED_HEADERS, Content, Head
from buckets.ranges import ByteRange
from gateway.edge.disposition import disposition
from gateway.edge.overrides import NO_OVERRIDES

SANDBOX: Mapping[str, str] = MappingProxyType(
    {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
)
REVALIDATED = "private, no-cache"
"""The Cache-Control of what may be different the next time."""
IMMUTABLE = "private, max-age=31536000, immutable"
"""The Cache-Control of what never changes: a version."""

_OF_UNMODIFIED = ("ETag", "Last-Modified", "Cache-Control", "Expires", "Vary")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def object_headers(
    head: Head, *, metadata: str, cache: str | None = None, overrides: Mapping[str, str] = NO_OVERRIDES
) -> dict[str, str]:
    """What every answer says of an object; `metadata` is what the names of its metadata begin with on this front.

    A Cache-Control that was stored goes before `cache`. Overrides go before both, but not before what makes serving safe.
    """
    content = head.content
    said = {**_said(content, cache), **overrides}
    kind = disposition(said.get("Content-Disposition"), content_type=said["Content-Type"], path=content.filename or head.key)
    return {
        **_sendable({f"{metadata}{name}": value for name, value in content.metadata.items()}),
        **said,
        "ETag": quoted(content.digests.etag),
        "Last-Modified": format_datetime(head.modified_at, usegmt=True),
        "Accept-Ranges": "bytes",
        "Content-Disposition": kind,
        **SANDBOX,
    }


def unmodified_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of an object that belong to the answer that it is the same as before."""
    return {name: headers[name] for name in _OF_UNMODIFIED if name in headers}


def partial(wanted: ByteRange | None, span: Span, size: int) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer that holds that part: one that was asked for is said to be a part, even if it is all."""
    if wanted is None:
        return 200, {}
    return 206, {"Content-Range": f"bytes {span.offset}-{span.end - 1}/{size}"}


def quoted(etag: str) -> str:
    return f'"{etag}"'


def _said(content: Content, cache: str | None) -> dict[str, str]:
    """In the client's own words, where it found any."""
    stored = {name.title(): content.headers[name] for name in STORED_HEADERS if name in content.headers}
    unsaid = {"Content-Type": "application/octet-stream", "Cache-Control": cache or REVALIDATED}
    return unsaid | _sendable({"Content-Type": content.content_type, **stored})


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """All of them, as the doors let in nothing else; but were it there, it would make the object unreadable."""
    return {name: text for name, text in headers.items() if _TOKEN.fullmatch(name) and not _UNSENDABLE.search(text)}
