"""What processes know of each other."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from buckets.model.live_upload import Change, LivePart, LiveUpload, Writing
from buckets.names import (
    UploadId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A name while it is ours. The truth may refuse whoever comes with a smaller `fence` than it has seen."""

    fence: int
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as somebody waits for the name, or has taken it away."""


class Locks(Protocol):
    """Names that one request has at a time, in any process: they spare work that would be in vain, and decide nothing.

    For whoever holds one may be the second to do so when processes cannot talk to each other. A process that is killed holds
    nothing for long.
    """

    def hold(self, name: str, *, patience: timedelta = timedelta()) -> AbstractAsyncContextManager[Hold | None]:
        """A name for as long as the context lasts; None when another has it.

        With patience the other is asked to let go, and waited for. Each hold of a name has a greater fence than those before.
        """


class Sessions(Protocol):
    """Uploads under way, at once: a copy of what the truth has acknowledged, and who is writing, which nobody else knows.

    It may be lost or behind at any time; `service/live_uploads.py` puts it right. After SessionsUnavailable a change may have been
    taken in or not.
    """

    async def keep(self, upload: LiveUpload, parts: Collection[LivePart]) -> None:
        """All that the truth knew as of a revision. It takes the place of what is older, and of nothing else."""

    async def advance(self, upload: UploadId, change: Change, *, revision: int) -> None:
        """What the truth acknowledged as this revision, if the upload is here. Changes come in any order, and more than once.

        The upload's own revision grows only over those that have all come.
        """

    async def find(self, upload: UploadId, *, at_least: int = 0) -> LiveUpload | None:
        """None when it is not here, or of an older revision than that."""

    async def find_parts(self, upload: UploadId, *, at_least: int = 0) -> Sequence[LivePart] | None:
        """Its parts in the order of their numbers; None like `find`."""

    async def note(self, upload: UploadId, writing: Writing) -> None:
        """A request is sending a part. It is forgotten when nothing more is heard of it."""

    async def forget(self, upload: UploadId, request: UUID) -> None:
        """A request has ended."""

    async def writers(self, upload: UploadId) -> Sequence[Writing]:
        """The requests that are sending parts, in the order of their ids."""
