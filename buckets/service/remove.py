"""Deleting an object: its name points to nothing, its bytes stay as long as the bucket says."""

from dataclasses import dataclass

from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Deleted, DeleteItem, Origin
from buckets.names import ObjectKey
from buckets.ports import Ids
from buckets.service.committer import Committer


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveObject:
    """Takes an object from its name; that nothing was there is no error."""

    committer: Committer
    ids: Ids

    async def __call__(
        self, bucket: Bucket, key: ObjectKey, origin: Origin, *, condition: Condition = UNCONDITIONAL, forever: bool = False
    ) -> Deleted:
        item = DeleteItem(operation=self.ids.uuid7(), bucket=bucket, key=key, origin=origin, condition=condition, forever=forever)
        return await self.committer.delete(item)
