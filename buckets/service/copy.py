"""Copying an object moves no bytes: the new version refers to the same blobs."""

from dataclasses import dataclass

from buckets.errors import NotImplementedYet
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Origin, PutItem
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ports import Ids
from buckets.service.committer import Committer
from buckets.service.read import ReadObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyObject:
    """Makes one name's object another name's too. Extents never cross an account or a placement."""

    read: ReadObject
    committer: Committer
    ids: Ids

    async def __call__(
        self, source: Bucket, source_key: ObjectKey, target: Bucket, key: ObjectKey, origin: Origin, *,
        condition: Condition = UNCONDITIONAL,
    ) -> Head:  # fmt: skip
        head = await self.read.head(source, source_key)
        if (source.account, source.placement) != (target.account, target.placement):
            raise NotImplementedYet("copying between placements")
        item = PutItem(
            operation=self.ids.uuid7(),
            bucket=target,
            key=key,
            content=head.content,
            blobs=[],
            extents=await self.read.extents(head),
            origin=origin,
            condition=condition,
            state=head.state,
        )
        return (await self.committer.put("copy", item)).head
