"""What was done, counted by bucket as it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from buckets.names import BucketName
from buckets.ports import Clock


@dataclass(slots=True)
class Count:
    """Objects that were made now, were there already, or were left alone because they are somebody's own; and what that took.

    `versions` and `bytes` are what was stored: an object may have several drafts. `trashed` ones were deleted after they were made.
    """

    made: int = 0
    present: int = 0
    left: int = 0
    removed: int = 0
    trashed: int = 0
    versions: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Count") -> "Count":
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def objects(self) -> int:
        return self.made + self.present + self.left

    @property
    def rate(self) -> float:
        """Objects made in a second."""
        return self.made / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class Tally:
    """The counts of all buckets; a bucket's time is from when it was begun until it was last heard of."""

    clock: Clock
    _counts: dict[BucketName, Count] = field(default_factory=dict)
    _begun: dict[BucketName, float] = field(default_factory=dict)

    def begin(self, bucket: BucketName) -> None:
        self._begun.setdefault(bucket, self.clock.monotonic())

    def add(self, bucket: BucketName, **what: int) -> None:
        self.begin(bucket)
        count = self._counts.setdefault(bucket, Count())
        for name, number in what.items():
            setattr(count, name, getattr(count, name) + number)
        count.seconds = self.clock.monotonic() - self._begun[bucket]

    @property
    def by_bucket(self) -> Mapping[BucketName, Count]:
        return self._counts

    @property
    def all(self) -> Count:
        """Its time is from the beginning of the first to the end of the last: buckets may overlap."""
        total = reduce(Count.__add__, self._counts.values(), Count())
        ends = (self._begun[bucket] + count.seconds for bucket, count in self._counts.items())
        total.seconds = max(ends, default=0.0) - min(self._begun.values(), default=0.0) if self._counts else 0.0
        return total
