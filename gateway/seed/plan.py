"""Which objects there are: how many in each bucket, and the n-th of each.

The n-th is the same in every set that has it, so a larger number adds to what a smaller one has made.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from buckets.names import BucketName, ObjectKey
from gateway.seed.contents.assets import asset
from gateway.seed.contents.avatars import avatar
from gateway.seed.contents.cards import card, load_card, preview
from gateway.seed.contents.datasets import dataset
from gateway.seed.contents.documents import document
from gateway.seed.contents.templates import template
from gateway.seed.item import Item, Sketch

Maker: TypeAlias = Callable[[int, int], Sketch]

SAMPLE = "sample-"
"""How the names of buckets begin that are made for sample data alone."""

_MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "templates": template,
        "batches": card,
        "documents": document,
        "avatars": avatar,
        "assets": asset,
        "datasets": dataset,
        "renders": preview,
    }
)
_SHARES: Mapping[str, int] = MappingProxyType({"batches": 4, "templates": 2, "documents": 2})


class SeedSet(StrEnum):
    """What the sample data is for."""

    DEV = "dev"
    DEMO = "demo"
    LOAD = "load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How much of it."""

    users: int
    buckets: int
    objects: int


NUMBERS: Mapping[SeedSet, Numbers] = MappingProxyType(
    {
        SeedSet.DEV: Numbers(users=3, buckets=7, objects=60),
        SeedSet.DEMO: Numbers(users=8, buckets=7, objects=480),
        SeedSet.LOAD: Numbers(users=4, buckets=1, objects=100_000),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sample data of a set and a seed. It is made as it is asked for, and never held whole."""

    set: SeedSet
    seed: int
    numbers: Numbers

    @property
    def buckets(self) -> Sequence[BucketName]:
        """Shipped ones first, then such as are made for it."""
        shipped = ["batches"] if self.set is SeedSet.LOAD else list(_MAKERS)
        further = [f"{SAMPLE}{number:02}" for number in range(len(shipped) + 1, self.numbers.buckets + 1)]
        return [BucketName(name) for name in (*shipped, *further)[: self.numbers.buckets]]

    def items(self) -> Iterator[Item]:
        """Bucket by bucket."""
        for bucket, count in self.counts().items():
            for number in range(count):
                yield self._item(bucket, number)

    def counts(self) -> Mapping[BucketName, int]:
        """The objects of each bucket: every round gives each its share."""
        shares = {bucket: _SHARES.get(bucket, 1) for bucket in self.buckets}
        rounds, rest = divmod(self.numbers.objects, sum(shares.values()))
        last = Counter([bucket for turn in range(max(shares.values())) for bucket in shares if turn < shares[bucket]][:rest])
        return {bucket: rounds * share + last[bucket] for bucket, share in shares.items()}

    def _item(self, bucket: BucketName, number: int) -> Item:
        sketch = self._maker(bucket)(self.seed, number)
        folder = "" if self.seed == 1 else f"seed-{self.seed}/"
        return Item(bucket=bucket, key=ObjectKey(folder + sketch.name), sketch=sketch, writer=number)

    def _maker(self, bucket: BucketName) -> Maker:
        return load_card if self.set is SeedSet.LOAD else _MAKERS.get(bucket, card)
