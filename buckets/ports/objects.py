"""The objects, and what is to be told of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from buckets.key_range import EVERY_KEY, KeyRange
from buckets.model.blob import BlobLease, Extent, Span
from buckets.model.block import SummedExtent
from buckets.model.commit import CommitItem, Idempotency, Outcome, Owner
from buckets.model.event import Event
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.version import Head, Kept
from buckets.names import (
    BucketId,
    ObjectKey,
    UserId,
    VersionId,
)


class Objects(Protocol):
    """The part of the catalog that knows the objects."""

    async def lease_blobs(self, *, placement: str, holder: UUID, count: int, lasting: timedelta) -> BlobLease:
        """A block of names that nobody else will ever use."""

    async def renew_leases(self, *, holder: UUID, lasting: timedelta) -> None:
        """Prolong what a holder holds: neither what has run out already, nor anything beyond the longest life of a request."""

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        """All of the items in one transaction: an outcome each, in their order. A refusal never touches its neighbours.

        A name, and a caller's idempotency key, may stand in a group once. What their buckets say counts as it is at that moment,
        and is NoSuchBucket when they are gone. OutcomeUnknown when the catalog did not say: `resolve`.
        """

    async def find_answer(self, writer: Owner, idempotency: Idempotency) -> Head | None:
        """What this very request was answered before, as it was then; IdempotencyKeyReused when its key was another's."""

    async def resolve(self, item: CommitItem) -> Outcome | None:
        """What became of an item whose outcome is unknown. None is final: it was not carried out and never will be."""

    async def page_heads(self, bucket: BucketId, keys: KeyRange, *, owner: UserId | None = None, limit: int) -> Sequence[Head]:
        """The readable heads of a range of keys, in the order of their bytes; of one owner, or of all."""

    async def page_folders(
        self, bucket: BucketId, keys: KeyRange, *, prefix: str, delimiter: str, limit: int
    ) -> Sequence[Head | Folder]:
        """The same, keys that hold the delimiter behind the prefix as one folder each. It costs as much as it tells."""

    async def page_ranked(
        self,
        bucket: BucketId,
        order: Order,
        *,
        falling: bool,
        after: Place | None = None,
        keys: KeyRange = EVERY_KEY,
        owner: UserId | None = None,
        limit: int,
    ) -> Ranked:
        """The readable heads by time or by size. A page looks at some thousand heads at most, however few are wanted."""

    async def page_versions(self, bucket: BucketId, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        """What is there of a name, trash included: the youngest first, from the one before a `seq` on."""

    async def find_head(self, bucket: BucketId, key: ObjectKey) -> Head | None:
        """The readable head of a name, as of this moment."""

    async def find_version(self, bucket: BucketId, key: ObjectKey, version: VersionId) -> Head | None:
        """A readable version of a name that is not in the trash, current or not."""

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        """The extents of a version in their order, or of a part of it, cut to that; none when there is no such version any more."""

    async def load_sums(self, extents: Sequence[Extent]) -> Sequence[SummedExtent]:
        """The same extents with the sums of the blocks that they touch, also when no version refers to their blobs any more.

        A blob that is not there is as good as one without bytes.
        """


class Outbox(Protocol):
    """What was committed and is to be told. One announcer at a time gives positions, after the fact: a cursor misses nothing."""

    async def announce(self, *, limit: int) -> int:
        """Give positions to what has none, in the order of each key; how many. None when somebody else is at it."""

    async def page_events(self, *, after: int, limit: int) -> Sequence[Event]:
        """What was announced behind a position, in order."""
