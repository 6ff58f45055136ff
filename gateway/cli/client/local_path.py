"""Which file a key becomes here: one inside of the directory, whatever the key says."""

import hashlib
import re
from pathlib import Path, PurePosixPath

# What a terminal would act on when the name is listed.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 200
"""Bytes of a part of a path; file systems take 255."""


def local_path(name: str) -> Path:
    """A relative path for a name with slashes. One that cannot stand as it is is marked by its hash, so that it meets no other."""
    parts = name.split("/")
    safe = [_safe(part) for part in parts]
    if safe != parts:
        safe[-1] = _marked(safe[-1], name)
    return Path(*safe)


def _safe(part: str) -> str:
    if part in ("", ".", ".."):
        return "_" * max(1, len(part))
    return _NOT_SHOWN.sub("_", part).encode("utf-8")[:_LONGEST].decode("utf-8", "ignore")


def _marked(part: str, name: str) -> str:
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    path = PurePosixPath(part)
    return f"{path.stem}~{mark}{path.suffix}"
