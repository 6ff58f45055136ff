"""The words that a client puts beside an object, by names of its own: whatever may stand there can be sent back as headers."""

import re
from collections.abc import Iterable, Mapping

from buckets.errors import InvalidScalar, MetadataTooLarge

LIMIT = 2048
"""Bytes of all names and values together."""

_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def parse_metadata(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Names in lower case, each once; values without control characters."""
    found: dict[str, str] = {}
    for name, value in pairs:
        lower = name.lower()
        if not _NAME.fullmatch(lower):
            raise InvalidScalar("The metadata", "a name takes letters, digits and the marks that header names take")
        if lower in found:
            raise InvalidScalar("The metadata", f"{lower} stands twice")
        if _CONTROL.search(value):
            raise InvalidScalar("The metadata", f"{lower} holds a control character")
        found[lower] = value
    require_small(found)
    return found


def require_small(metadata: Mapping[str, str]) -> None:
    size = sum(len(name) + len(value.encode("utf-8")) for name, value in metadata.items())
    if size > LIMIT:
        raise MetadataTooLarge(size, LIMIT)


def merged(present: Mapping[str, str], changes: Mapping[str, str | None]) -> Mapping[str, str]:
    """With the changes in it; what is None goes away."""
    return {name: value for name, value in {**present, **changes}.items() if value is not None}
