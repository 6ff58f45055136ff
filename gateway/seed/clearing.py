"""Taking sample data away again: what bears the mark of its own place, and nothing else."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from buckets.errors import BucketNotEmpty, NameTaken, NoSuchBucket, NoSuchObject, NoSuchVersion, Overtaken
from buckets.model.bucket import Bucket
from buckets.model.commit import Condition
from buckets.model.version import Head
from buckets.names import BucketName
from gateway.auth.guard import Guarded
from gateway.auth.objects import Listing
from gateway.seed.item import Item, is_seeded
from gateway.seed.plan import SAMPLE, Plan
from gateway.seed.side_by_side import side_by_side
from gateway.seed.tally import Tally

PURPOSE = "Sample data."
_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Clears with the services of an owner. Where versions are kept, they stay behind a marker, as with every delete there."""

    services: Guarded
    tally: Tally
    stopping: Callable[[], bool]

    async def clear(self, plan: Plan) -> None:
        """Everything that was ever seeded, and what this plan has in the trash."""
        async for bucket in self._buckets():
            await self._clear(bucket)
        await side_by_side((item for item in plan.items() if item.sketch.deleted), self._purge, stopping=self.stopping)
        async for bucket in self._buckets(SAMPLE):
            await self._drop(bucket)

    async def _clear(self, bucket: Bucket) -> None:
        async for heads in self._pages(bucket.name):
            seeded = [head for head in heads if is_seeded(bucket.name, head)]
            await side_by_side(seeded, lambda head: self._remove(bucket.name, head), stopping=self.stopping)

    async def _remove(self, bucket: BucketName, head: Head) -> None:
        """Unless something has happened to it since it was looked at."""
        with suppress(Overtaken):
            await self.services.objects.delete(bucket, head.key, condition=Condition(seq=head.seq), forever=True)
            self.tally.add(bucket, removed=1)

    async def _purge(self, item: Item) -> None:
        """Out of the trash and away for good, where that was the last that its name pointed to."""
        with suppress(NoSuchBucket, NameTaken, NoSuchObject, NoSuchVersion):
            kept = await self.services.objects.versions(item.bucket, item.key, limit=1)
            if kept and kept[0].trashed_at and kept[0].head and is_seeded(item.bucket, kept[0].head):
                _, restored = await self.services.objects.restore(item.bucket, item.key)
                await self._remove(item.bucket, restored.head)

    async def _drop(self, bucket: Bucket) -> None:
        """A bucket of our own that somebody has put something into is theirs."""
        if bucket.purpose == PURPOSE and not self.stopping():
            with suppress(BucketNotEmpty):
                await self.services.buckets.delete(bucket.name)

    async def _buckets(self, prefix: str = "") -> AsyncIterator[Bucket]:
        after = ""
        while page := await self.services.buckets.page(prefix=prefix, after=after, limit=_PAGE):
            for bucket in page:
                yield bucket
            after = page[-1].name

    async def _pages(self, bucket: BucketName) -> AsyncIterator[Sequence[Head]]:
        """While they are looked at, what is behind them may go."""
        behind, more = "", True
        while more and not self.stopping():
            listed = await self.services.objects.page(bucket, Listing(behind=behind, limit=_PAGE))
            if listed.entries:
                yield [entry for entry in listed.entries if isinstance(entry, Head)]
                behind = listed.last
            more = listed.more
