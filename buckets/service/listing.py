"""Listing what a bucket holds, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from buckets.key_range import page_range
from buckets.model.bucket import Bucket
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.version import Head
from buckets.names import UserId
from buckets.ports import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is to be listed: names with a beginning, behind a name or folder that was listed already."""

    prefix: str = ""
    delimiter: str = ""
    behind: str = ""
    owner: UserId | None = None
    limit: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, and whether there is more behind it."""

    entries: Sequence[Head | Folder]
    more: bool

    @property
    def last(self) -> str:
        """What the next page is behind."""
        entry = self.entries[-1]
        return entry.prefix if isinstance(entry, Folder) else entry.key


@dataclass(frozen=True, slots=True, kw_only=True)
class ListObjects:
    """Lists objects by name, by time or by size."""

    objects: Objects

    async def __call__(self, bucket: Bucket, listing: Listing) -> Listed:
        """By name. Folders are there when a delimiter is given, and then the objects of all owners."""
        keys = page_range(listing.prefix, listing.delimiter, listing.behind)
        if keys.is_empty or not listing.limit:
            return Listed([], more=False)
        entries: Sequence[Head | Folder]
        if listing.delimiter:
            entries = await self.objects.page_folders(
                bucket.id, keys, prefix=listing.prefix, delimiter=listing.delimiter, limit=listing.limit + 1
            )
        else:
            entries = await self.objects.page_heads(bucket.id, keys, owner=listing.owner, limit=listing.limit + 1)
        return Listed(entries[: listing.limit], more=len(entries) > listing.limit)

    async def ranked(self, bucket: Bucket, listing: Listing, order: Order, *, falling: bool, after: Place | None) -> Ranked:
        keys = page_range(listing.prefix, "", "")
        return await self.objects.page_ranked(
            bucket.id, order, falling=falling, after=after, keys=keys, owner=listing.owner, limit=listing.limit
        )
