"""How stored files are served, so that nothing anybody uploaded runs as a page of ours.

https://www.rfc-editor.org/rfc/rfc6266 for the names, https://www.rfc-editor.org/rfc/rfc8187 for those beyond ASCII.
"""

import re
from collections.abc import Mapping
from email.utils import format_datetime
from types import MappingProxyType
from urllib.parse import quote

from buckets.model.blob import Span
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ranges import ByteRange

SANDBOX: Mapping[str, str] = MappingProxyType(
    {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
)

# Formats that browsers show and never run. SVG, HTML, XML and PDF are not among them.
_SHOWN = frozenset(
    {
        *("image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp"),
        *("audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"),
        *("video/mp4", "video/ogg", "video/webm"),
    }
)
_NOT_PLAIN = re.compile(r"[^ !#$&-\[\]-~]")
_ATTRIBUTE = "!#$&+-.^_`|~"


def object_headers(head: Head, *, metadata: str) -> dict[str, str]:
    """What every answer says of an object; `metadata` is what the names of its metadata begin with on this front."""
    content = head.content
    return {
        "ETag": quoted(content.digests.etag),
        "Last-Modified": format_datetime(head.modified_at, usegmt=True),
        "Content-Type": content.content_type,
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(head.key, content.content_type),
        **{f"{metadata}{name}": value for name, value in content.metadata.items()},
        **SANDBOX,
    }


def partial(wanted: ByteRange | None, span: Span, size: int) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer that holds that part: one that was asked for is said to be a part, even if it is all."""
    if wanted is None:
        return 200, {}
    return 206, {"Content-Range": f"bytes {span.offset}-{span.end - 1}/{size}"}


def quoted(etag: str) -> str:
    return f'"{etag}"'


def disposition(key: ObjectKey, content_type: str) -> str:
    """Shown in place or offered for saving, under the last part of its key: in ASCII for old clients and in full for all others."""
    kind = "inline" if content_type.partition(";")[0].strip().lower() in _SHOWN else "attachment"
    name = _visible(key.rstrip("/").rpartition("/")[2]) or "file"
    plain = _NOT_PLAIN.sub("_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE)}"


def _visible(name: str) -> str:
    """Without control characters, and without those that turn a name around or vanish in it."""
    return name if name.isprintable() else "".join(each if each.isprintable() else "_" for each in name)
