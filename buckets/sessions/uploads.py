"""Uploads under way, for all processes that share a Redis."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from buckets.model.live_upload import (
    ENDED,
    ENDED_FOR,
    FORGOTTEN_AFTER,
    SILENT_AFTER,
    Change,
    LivePart,
    LiveUpload,
    UploadState,
    Writing,
)
from buckets.names import UploadId
from buckets.sessions import records
from buckets.sessions.link import RedisLink, Word


@dataclass(frozen=True, slots=True)
class RedisSessions:
    """The `Sessions` port. What cannot be read is not here."""

    link: RedisLink

    async def keep(self, upload: LiveUpload, parts: Collection[LivePart]) -> None:
        received = sum(part.size for part in parts)
        said: list[Word] = [upload.revision, _lasting(upload.state), records.about(upload), upload.state, received]
        for part in parts:
            said += part.number, records.part_record(part)
        await self.link.run("keep", keys=_keys(upload.id), args=said)

    async def advance(self, upload: UploadId, change: Change, *, revision: int) -> None:
        args: list[Word]
        if isinstance(change, LivePart):
            args = [revision, _lasting(UploadState.OPEN), change.number, records.part_record(change), change.size]
        else:
            args = [revision, _lasting(change), change]
        await self.link.run("advance", keys=_keys(upload), args=args)

    async def find(self, upload: UploadId, *, at_least: int = 0) -> LiveUpload | None:
        said = await self.link.run("find", keys=_keys(upload)[:1])
        if None in said:
            return None
        with suppress(records.Unreadable):
            found = records.upload(upload, *said)
            return found if found.revision >= at_least else None
        return None

    async def find_parts(self, upload: UploadId, *, at_least: int = 0) -> Sequence[LivePart] | None:
        (revision, count), flat = await self.link.run("find_parts", keys=_keys(upload))
        if revision is None or count is None:
            return None
        with suppress(records.Unreadable):
            parts = records.parts(dict(zip(flat[::2], flat[1::2], strict=True)))
            if len(parts) == records.number(count) and records.number(revision) >= at_least:
                return parts
        return None

    async def note(self, upload: UploadId, writing: Writing) -> None:
        args: list[Word] = [str(writing.request), SILENT_AFTER, records.writing_record(writing)]
        await self.link.run("note", keys=[_writers(upload)], args=args)

    async def forget(self, upload: UploadId, request: UUID) -> None:
        await self.link.run("note", keys=[_writers(upload)], args=[str(request), SILENT_AFTER, ""])

    async def writers(self, upload: UploadId) -> Sequence[Writing]:
        with suppress(records.Unreadable):
            said = await self.link.run("writers", keys=[_writers(upload)])
            return sorted((records.writing(each) for each in said), key=lambda writing: writing.request)
        return []


def _keys(upload: UploadId) -> list[str]:
    """In braces, so that a cluster keeps them together."""
    return [f"upload:{{{upload}}}", f"upload:{{{upload}}}:parts"]


def _writers(upload: UploadId) -> str:
    return f"upload:{{{upload}}}:writers"


def _lasting(state: UploadState) -> timedelta:
    return ENDED_FOR if state in ENDED else FORGOTTEN_AFTER
