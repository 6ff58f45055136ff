"""Pages of lists: what stands in them, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from buckets.model.version import Head
from buckets.names import ObjectKey


@dataclass(frozen=True, slots=True)
class Folder:
    """All names with one beginning, which ends in the delimiter, as one entry."""

    prefix: str


class Order(StrEnum):
    """What objects can be listed by beside their names."""

    CREATED = "created"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands in a list by time or by size; equals are in the order of their names."""

    value: datetime | int
    key: ObjectKey


@dataclass(frozen=True, slots=True)
class Ranked:
    """A page of a list by time or by size. It may hold fewer than asked for, or none, and still not be the last."""

    heads: Sequence[Head]
    more: Place | None
