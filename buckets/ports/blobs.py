"""Bytes, and those that nobody needs any more."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from buckets.model.blob import Span, Stored
from buckets.names import (
    BlobId,
    BucketId,
)


class BlobStore(Protocol):
    """Immutable blobs by names used once."""

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        """Store the whole body durably, or nothing. A length other than `size` is IncompleteBody, a used name StoreUnavailable."""

    def open(self, locator: str, span: Span) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a span, exactly as many as asked for; fewer raise BlobCorrupt. A missing blob is BlobMissing on entry."""

    async def stat(self, locator: str) -> int:
        """The size of a blob; BlobMissing when there is none."""

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        """Remove blobs, by locator or, where a put never answered, by name alone. Absent ones are no error; open readers finish."""

    def walk(self) -> AsyncIterator[Stored]:
        """Everything that is stored, half-written puts excepted."""

    async def check(self) -> None:
        """Raise unless the store answers and can be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condemned:
    """A blob that nothing refers to, nor ever will. One whose put was given up has no locator; `erased` counts its deletes."""

    blob: BlobId
    placement: str
    locator: str | None
    erased: int = 0


class Garbage(Protocol):
    """What is stored and not needed any more. Any number of sweeps may be at it; none waits for a COMMIT, or for another."""

    async def purge(self, *, limit: int, bucket: BucketId | None = None) -> int:
        """Forget what nobody can bring back: what was in the trash as long as its bucket says, and what deleted buckets held.

        Of one bucket, or of all. How much it was; it is all done when that is nothing.
        """

    async def condemn_abandoned(self, *, margin: timedelta, limit: int) -> int:
        """End leases that ran out `margin` ago; how many. Their names are committed already or condemned, due at once."""

    async def condemn_unreferenced(self, *, grace: timedelta, limit: int) -> int:
        """Settle blobs that lost a reference; how many. Those that lost their last are condemned, due after `grace`."""

    async def pin(self, reason: str, *, lasting: timedelta) -> UUID:
        """While a pin lasts, nothing is due: a backup sees to it that bytes which it speaks of stay."""

    async def renew_pin(self, pin: UUID, *, lasting: timedelta) -> bool:
        """Whether it lasted still: one that ran out held nothing, and stays so."""

    async def unpin(self, pin: UUID) -> None:
        """End it, if it is there still."""

    async def due(self, placements: Collection[str], *, limit: int) -> Sequence[Condemned]:
        """Blobs in these placements whose bytes may go, those that have been due longest first. Others may have them too."""

    async def erased(self, blobs: Sequence[Condemned], *, again_after: timedelta) -> int:
        """The bytes of blobs as `due` gave them are gone; how many nobody else had settled.

        Each is due once more `again_after` later, for a put that was given up can still land. After that it is forgotten.
        """
