"""The target of a request: its bytes as they stood on the wire, parsed once and strictly.

aiohttp's own view of a path is decoded, so that `%2F` and `/`, or `%ff` and `%25ff`, look alike in it; nothing of it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from buckets.errors import InvalidScalar
from buckets.names import BucketName, ObjectKey
from buckets.scalars import percent_bytes, query_pairs

_NAME = "The request target"


@dataclass(frozen=True, slots=True)
class Target:
    """The path and the query of a request, still encoded."""

    path: bytes
    query: bytes

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Of aiohttp's `raw_path`. Only a path will do: no address of another host, and no fragment."""
        wire = raw.encode("utf-8", "surrogateescape")
        if not wire.startswith(b"/"):
            raise InvalidScalar(_NAME, "it is not a path")
        if b"#" in wire:
            raise InvalidScalar(_NAME, "it has a fragment")
        path, _, query = wire.partition(b"?")
        return cls(path, query)

    @property
    def parameters(self) -> Mapping[str, str]:
        return dict(query_pairs(self.query))


def bucket_name(raw: bytes) -> BucketName:
    """A bucket's name out of one element of a path."""
    return BucketName.parse(percent_bytes(raw, name=_NAME))


def object_key(raw: bytes) -> ObjectKey:
    """An object's key out of the rest of a path: every slash belongs to it, written as `/` or as `%2F`."""
    return ObjectKey.parse(percent_bytes(raw, name=_NAME))
