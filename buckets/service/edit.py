"""Editing what is said about an object; its bytes and its version stay."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeAlias

from buckets.errors import Overtaken
from buckets.metadata import merged, require_small
from buckets.model.bucket import Bucket, Visibility
from buckets.model.commit import UNCONDITIONAL, Condition, EditItem, Origin
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ports import Ids
from buckets.service.committer import Committer
from buckets.service.read import ReadObject
from buckets.tags import parse_tags

_ATTEMPTS = 5


class Unsaid(Enum):
    """Nothing was said, which is not the same as None."""

    UNSAID = auto()


UNSAID = Unsaid.UNSAID
Changes: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What is to be different. In `metadata` and `tags`, None takes a name away; the visibility None is the bucket's."""

    metadata: Changes = field(default_factory=dict)
    tags: Changes = field(default_factory=dict)
    visibility: Visibility | Unsaid | None = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class EditObject:
    """Changes the words about what a name points to."""

    read: ReadObject
    committer: Committer
    ids: Ids

    async def __call__(
        self, bucket: Bucket, key: ObjectKey, edits: Edits, origin: Origin, *, condition: Condition = UNCONDITIONAL
    ) -> Head:
        """Edits that meet are made one after the other; the condition holds for each attempt."""
        for _ in range(_ATTEMPTS):
            head = await self.read.head(bucket, key)
            try:
                return (await self.committer.put("edit", self._item(bucket, head, edits, origin, condition))).head
            except Overtaken:
                continue
        raise Overtaken

    def _item(self, bucket: Bucket, head: Head, edits: Edits, origin: Origin, condition: Condition) -> EditItem:
        metadata = merged(head.content.metadata, edits.metadata)
        require_small(metadata)
        tags = parse_tags(merged(head.content.tags, edits.tags).items())
        return EditItem(
            operation=self.ids.uuid7(),
            bucket=bucket,
            key=head.key,
            origin=origin,
            condition=condition,
            head=head,
            content=replace(head.content, metadata=metadata, tags=tags),
            visibility=head.visibility if isinstance(edits.visibility, Unsaid) else edits.visibility,
        )
