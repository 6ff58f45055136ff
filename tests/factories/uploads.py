"""Uploads and what happens to them: a truth to hold sessions against."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from buckets.errors import CatalogUnavailable, NoSuchResource
from buckets.model.live_upload import Change, LivePart, LiveUpload, UploadState, Writing
from buckets.names import AccountId, BucketId, ObjectKey, UploadId, UserId
from buckets.service.live_uploads import Whole
from tests.factories.values import IDS


def upload_id() -> UploadId:
    return UploadId(IDS.uuid7())


def live_upload(key: str = "letters/a.txt", *, revision: int = 1, state: UploadState = UploadState.OPEN) -> LiveUpload:
    return LiveUpload(
        id=upload_id(),
        bucket=BucketId(IDS.uuid7()),
        key=ObjectKey(key),
        owner=(AccountId("123456789012"), UserId(IDS.uuid7())),
        begun_at=datetime(2026, 11, 28, 12, 0, 0, 1, tzinfo=UTC),
        expires_at=datetime(2026, 12, 5, 12, tzinfo=UTC),
        state=state,
        revision=revision,
    )


def part(number: int, revision: int, *, size: int = 5) -> LivePart:
    etag = hashlib.md5(f"{number} {revision}".encode(), usedforsecurity=False).hexdigest()
    return LivePart(number=number, etag=etag, size=size, revision=revision)


def writing(part: int = 1, received: int = 0, seconds: float = 0.0) -> Writing:
    return Writing(request=IDS.uuid7(), part=part, received=received, seconds=seconds)


@dataclass
class History:
    """An upload as it was begun, and everything that was acknowledged after that, in order: change `n` is revision `n + 2`."""

    begun: LiveUpload = field(default_factory=live_upload)
    changes: list[Change] = field(default_factory=list)

    @property
    def revision(self) -> int:
        return self.begun.revision + len(self.changes)

    def acknowledge(self, what: tuple[int, int] | UploadState) -> tuple[Change, int]:
        """A part of that number and size, or a state; and as which revision."""
        revision = self.revision + 1
        change = what if isinstance(what, UploadState) else part(what[0], revision, size=what[1])
        self.changes.append(change)
        return change, revision

    def change(self, revision: int) -> Change:
        return self.changes[revision - self.begun.revision - 1]

    def at(self, revision: int) -> Whole:
        """All of it as of a revision."""
        upload, parts = self.begun, dict[int, LivePart]()
        for change in self.changes[: revision - self.begun.revision]:
            if isinstance(change, LivePart):
                parts[change.number] = change
            else:
                upload = replace(upload, state=change)
        received = sum(each.size for each in parts.values())
        whole = replace(upload, revision=revision, parts=len(parts), received=received)
        return whole, sorted(parts.values(), key=lambda each: each.number)

    def check(self, upload: LiveUpload) -> None:
        """It is the truth as of its revision, but for what came later already."""
        truth = self.at(upload.revision)[0]
        later = self.changes[upload.revision - self.begun.revision :]
        assert replace(truth, state=upload.state, parts=upload.parts, received=upload.received) == upload
        assert upload.state in [truth.state, *later]

    def check_parts(self, parts: Sequence[LivePart], revision: int) -> None:
        """All were acknowledged, and each that was by that revision is there, or a later one of its number."""
        known = {part.number: part.revision for part in parts}
        assert all(part in self.changes for part in parts)
        assert all(known.get(part.number, 0) >= part.revision for part in self.at(max(revision, self.begun.revision))[1])


@dataclass
class Truth:
    """Loads histories, and counts how often. A load that is held reads before it waits."""

    histories: dict[UploadId, History] = field(default_factory=dict)
    loads: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None
    failing: bool = False

    def begin(self) -> History:
        history = History()
        self.histories[history.begun.id] = history
        return history

    async def load(self, upload: UploadId) -> Whole:
        self.loads += 1
        if upload not in self.histories:
            raise NoSuchResource(str(upload))
        whole = self.histories[upload].at(self.histories[upload].revision)
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        if self.failing:
            raise CatalogUnavailable("it is gone")
        return whole
