"""Where an installation keeps its bytes: which settings lead there, and what lies there, looked at past the installation."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from buckets.ports import BlobStore
from seaweedfs.disk import DiskBlobStore
from seaweedfs.settings import StoreSettings
from tests.faults.ledger import on_disk
from tests.fixtures.weed import WeedServer, objects, store_over


class Depot(Protocol):
    """The bytes of one installation."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What a stack is told."""

    def opened(self) -> AbstractAsyncContextManager[BlobStore]:
        """The store itself, for a sweep."""

    async def stored(self) -> Mapping[UUID, int]:
        """The blobs that lie there, by their names, with their sizes; also what is left of one that never became whole."""

    def vacuum(self) -> None:
        """Give back the room of what was deleted, so that nothing of it can be read any more."""


@dataclass(frozen=True, slots=True)
class DiskDepot:
    """The directory of a disk store."""

    root: Path

    @property
    def settings(self) -> Mapping[str, str]:
        return {}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[BlobStore]:
        yield DiskBlobStore(self.root)

    async def stored(self) -> Mapping[UUID, int]:
        return {UUID(path.name): -1 for path in (self.root / "incoming").iterdir()} | on_disk(self.root)

    def vacuum(self) -> None:
        """A file that was deleted is gone."""


@dataclass(frozen=True, slots=True)
class WeedDepot:
    """A bucket in a SeaweedFS that others use too."""

    weed: WeedServer
    bucket: str
    piece_bytes: int

    @property
    def settings(self) -> Mapping[str, str]:
        """In words, for a command line: the store's own are of their types."""
        own = self._own
        return {
            "store.kind": own.kind,
            "store.endpoints": own.endpoints,
            "store.bucket": own.bucket,
            "store.access_key": own.access_key,
            "store.secret_key": own.secret_key.reveal(),
            "store.piece_bytes": str(own.piece_bytes),
        }

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[BlobStore]:
        async with store_over(self._own) as store:
            yield store

    async def stored(self) -> Mapping[UUID, int]:
        async with store_over(self._own) as store:
            pieces = {_blob(name): -1 for name in await objects(store) if not name.startswith("probe/")}
            return pieces | {_blob(each.locator): each.size async for each in store.walk()}

    def vacuum(self) -> None:
        self.weed.vacuum_all(self.bucket)

    @property
    def _own(self) -> StoreSettings:
        return self.weed.settings(bucket=self.bucket, piece_bytes=self.piece_bytes)


def _blob(name: str) -> UUID:
    """Whose piece it is."""
    return UUID(name.partition("/")[2].partition(".")[0])
