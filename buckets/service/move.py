"""Moving an object: it is copied, and then its old name lets go of it. In between it has both names, and never none."""

from contextlib import suppress
from dataclasses import dataclass

from buckets.errors import CopyOntoItself, NoSuchObject, Overtaken
from buckets.model.commit import Committed, Condition, Origin
from buckets.model.version import Head
from buckets.service.copy import CopyObject, CopyTerms, Source, Target
from buckets.service.remove import RemoveObject


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveObject:
    """Gives an object another name."""

    copy: CopyObject
    remove: RemoveObject

    async def __call__(self, source: Source, target: Target, origin: Origin, terms: CopyTerms) -> Committed:
        """What was written to the old name meanwhile stays there: it came after the move."""
        if (source.bucket.id, source.key) == (target.bucket.id, target.key):
            raise CopyOntoItself
        head, committed = await self.copy(source, target, origin, terms)
        moved = head or await self._left_behind(source, committed.head)
        if moved is not None:
            with suppress(Overtaken):
                await self.remove(source.bucket, source.key, origin, condition=Condition(seq=moved.seq), forever=True)
        return committed

    async def _left_behind(self, source: Source, copied: Head) -> Head | None:
        """What a move that was cut off in between has left under its old name; what came there since is another's."""
        with suppress(NoSuchObject):
            head = await self.copy.read.head(source.bucket, source.key)
            return head if head.content.digests == copied.content.digests and head.modified_at <= copied.modified_at else None
        return None
