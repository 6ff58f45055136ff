"""One object of the sample data, and the mark by which it is known again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from buckets.model.version import Head
from buckets.names import BucketName, ObjectKey

MARK = "seawall-seed"
"""The name of the metadata that marks what was seeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What lies under a name: its drafts one after the other, of which a bucket without versions gets the last."""

    name: str
    content_type: str
    drafts: Sequence[bytes] = field(repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A sketch with its place. `writer` counts the users who may write, round and round."""

    bucket: BucketName
    key: ObjectKey
    sketch: Sketch
    writer: int

    @property
    def metadata(self) -> Mapping[str, str]:
        return {**self.sketch.metadata, MARK: mark(self.bucket, self.key)}


def mark(bucket: BucketName, key: ObjectKey) -> str:
    """It says where an object belongs: a copy elsewhere is somebody's own."""
    return sha256(f"{bucket}/{key}".encode()).hexdigest()[:16]


def is_seeded(bucket: BucketName, head: Head) -> bool:
    return head.content.metadata.get(MARK) == mark(bucket, head.key)
