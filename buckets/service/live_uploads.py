"""Uploads under way, from their sessions where that will do and else from the truth."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from buckets.errors import SessionsUnavailable
from buckets.model.live_upload import LivePart, LiveUpload
from buckets.names import UploadId
from buckets.ports import Sessions

Whole: TypeAlias = tuple[LiveUpload, Sequence[LivePart]]

LoadTruth: TypeAlias = Callable[[UploadId], Coroutine[Any, Any, Whole]]
"""An upload and its parts as one moment of the truth; what it raises when there is none comes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUploads:
    """Reads sessions, and rebuilds those that are not there or too old: with one load, however many ask at once."""

    sessions: Sessions
    load_truth: LoadTruth
    _loading: dict[UploadId, asyncio.Task[Whole]] = field(default_factory=dict)

    async def load(self, upload: UploadId, *, at_least: int = 0) -> LiveUpload:
        """The upload, of that revision or a later one, where the truth has one."""
        with suppress(SessionsUnavailable):
            if found := await self.sessions.find(upload, at_least=at_least):
                return found
        return (await self._rebuilt(upload, at_least))[0]

    async def load_parts(self, upload: UploadId, *, at_least: int = 0) -> Sequence[LivePart]:
        """Its parts, likewise, in the order of their numbers."""
        with suppress(SessionsUnavailable):
            if (found := await self.sessions.find_parts(upload, at_least=at_least)) is not None:
                return found
        return (await self._rebuilt(upload, at_least))[1]

    async def _rebuilt(self, upload: UploadId, at_least: int) -> Whole:
        """A load that was under way already may have begun too early for us; the one after it has not."""
        whole = await self._load_with_others(upload)
        return whole if whole[0].revision >= at_least else await self._load_with_others(upload)

    async def _load_with_others(self, upload: UploadId) -> Whole:
        if upload not in self._loading:
            task = self._loading[upload] = asyncio.create_task(self._load(upload))
            task.add_done_callback(_looked_at)
        return await asyncio.shield(self._loading[upload])

    async def _load(self, upload: UploadId) -> Whole:
        """Others join until the session is there again."""
        try:
            whole = await self.load_truth(upload)
            with suppress(SessionsUnavailable):
                await self.sessions.keep(*whole)
            return whole
        finally:
            del self._loading[upload]


def _looked_at(task: asyncio.Task[Whole]) -> None:
    """Whoever waited may all be gone by the time that it fails."""
    if not task.cancelled():
        task.exception()
