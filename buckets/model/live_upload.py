"""Uploads under way, as they are known beside the truth: quickly, maybe late, and never for certain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from buckets.model.commit import Owner
from buckets.names import BucketId, ObjectKey, UploadId

FORGOTTEN_AFTER = timedelta(hours=1)
"""How long a session outlives the last change of an upload that goes on; after that the truth is asked again."""

ENDED_FOR = timedelta(minutes=5)
"""How long an end is known, so that no snapshot from before it makes the upload look open."""

SILENT_AFTER = timedelta(seconds=30)
"""A writer who said nothing for so long is gone."""


class UploadState(StrEnum):
    """How far an upload has come."""

    OPEN = "open"
    COMPLETING = "completing"
    DONE = "done"
    ABORTED = "aborted"


ENDED = frozenset({UploadState.DONE, UploadState.ABORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePart:
    """A part that was acknowledged, by the change of that revision. Where its bytes are is known to the truth alone."""

    number: int
    etag: str
    size: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUpload:
    """An upload with everything that was acknowledged up to its revision: `parts` counts them, `received` their bytes.

    The truth counts the acknowledged changes of each upload, one by one and from one.
    """

    id: UploadId
    bucket: BucketId
    key: ObjectKey
    owner: Owner
    begun_at: datetime
    expires_at: datetime
    state: UploadState
    revision: int
    parts: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A request that is sending a part: how much of it has come in how many seconds, none of it acknowledged."""

    request: UUID
    part: int
    received: int
    seconds: float

    @property
    def rate(self) -> float:
        """Bytes in a second."""
        return self.received / self.seconds if self.seconds > 0 else 0.0


Change: TypeAlias = LivePart | UploadState
"""What one acknowledged change of an upload can be."""
