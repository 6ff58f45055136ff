"""Uploads under way, in this process."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from buckets.model.live_upload import (
    ENDED,
    ENDED_FOR,
    FORGOTTEN_AFTER,
    SILENT_AFTER,
    Change,
    LivePart,
    LiveUpload,
    Writing,
)
from buckets.names import UploadId
from buckets.ports import Clock


@dataclass(slots=True, kw_only=True)
class _Session:
    """`ahead` are the revisions that came before their turn, `decided` the one that brought the state."""

    upload: LiveUpload
    parts: dict[int, LivePart]
    decided: int
    until: datetime
    ahead: set[int] = field(default_factory=set)

    def take_in(self, change: Change, revision: int) -> None:
        if isinstance(change, LivePart):
            self._put(change)
        elif self.decided < revision:
            self.upload, self.decided = replace(self.upload, state=change), revision
        self.ahead.add(revision)
        self.upload = replace(self.upload, revision=self._reached())

    def _put(self, part: LivePart) -> None:
        known = self.parts.get(part.number)
        if known is None or known.revision < part.revision:
            self.parts[part.number] = part
            received = self.upload.received + part.size - (known.size if known else 0)
            self.upload = replace(self.upload, parts=len(self.parts), received=received)

    def _reached(self) -> int:
        """How far everything has come, without a gap."""
        reached = self.upload.revision
        while reached + 1 in self.ahead:
            reached += 1
            self.ahead.remove(reached)
        return reached


class MemorySessions:
    """The `Sessions` port."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[UploadId, _Session] = {}
        self._writers: dict[UploadId, dict[UUID, tuple[datetime, Writing]]] = {}

    async def keep(self, upload: LiveUpload, parts: Collection[LivePart]) -> None:
        known = self._session(upload.id)
        if known is None or known.upload.revision < upload.revision:
            self._sessions[upload.id] = _Session(
                upload=replace(upload, parts=len(parts), received=sum(part.size for part in parts)),
                parts={part.number: part for part in parts},
                decided=upload.revision,
                until=self._until(upload),
            )
        self._forget_old()

    async def advance(self, upload: UploadId, change: Change, *, revision: int) -> None:
        session = self._session(upload)
        if session and revision > session.upload.revision:
            session.take_in(change, revision)
            session.until = self._until(session.upload)

    async def find(self, upload: UploadId, *, at_least: int = 0) -> LiveUpload | None:
        session = self._session(upload)
        return session.upload if session and session.upload.revision >= at_least else None

    async def find_parts(self, upload: UploadId, *, at_least: int = 0) -> Sequence[LivePart] | None:
        session = self._session(upload)
        if session is None or session.upload.revision < at_least:
            return None
        return [session.parts[number] for number in sorted(session.parts)]

    async def note(self, upload: UploadId, writing: Writing) -> None:
        self._writers.setdefault(upload, {})[writing.request] = self._clock.now() + SILENT_AFTER, writing
        self._forget_silent()

    async def forget(self, upload: UploadId, request: UUID) -> None:
        self._writers.get(upload, {}).pop(request, None)

    async def writers(self, upload: UploadId) -> Sequence[Writing]:
        self._forget_silent()
        return [writing for _, (_, writing) in sorted(self._writers.get(upload, {}).items())]

    def _session(self, upload: UploadId) -> _Session | None:
        session = self._sessions.get(upload)
        return session if session and session.until > self._clock.now() else None

    def _until(self, upload: LiveUpload) -> datetime:
        return self._clock.now() + (ENDED_FOR if upload.state in ENDED else FORGOTTEN_AFTER)

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._sessions = {upload: session for upload, session in self._sessions.items() if session.until > now}

    def _forget_silent(self) -> None:
        now = self._clock.now()
        for upload, writers in list(self._writers.items()):
            heard = {request: said for request, said in writers.items() if said[0] > now}
            self._writers[upload] = heard
            if not heard:
                del self._writers[upload]
