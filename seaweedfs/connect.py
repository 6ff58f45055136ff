"""The store over SeaweedFS, put together from its settings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from buckets.errors import BrokenSetting
from buckets.ports import Clock, Ids
from seaweedfs.admin import Admin
from seaweedfs.bucket import Bucket
from seaweedfs.client import Patience, S3Client
from seaweedfs.endpoints import Endpoint, Endpoints, parse_urls
from seaweedfs.gate import Gate
from seaweedfs.piece_room import PieceRoom
from seaweedfs.settings import StoreSettings
from seaweedfs.sign import Credentials, Signer
from seaweedfs.store import SeaweedBlobStore
from seaweedfs.writing import PAUSES


@asynccontextmanager
async def connected(
    settings: StoreSettings, *, clock: Clock, ids: Ids, memory: Gate | None = None, pauses: Sequence[float] = PAUSES
) -> AsyncIterator[SeaweedBlobStore]:
    """A store whose connections end with the context. Nothing is asked before `prepare`, or whatever comes first.

    `memory` is for somebody who looks at how much of it is taken.
    """
    patience = Patience(connect=settings.connect_timeout, answer=settings.timeout)
    credentials = Credentials(access_key=settings.access_key, secret=settings.secret_key, region=settings.region)
    endpoints = _endpoints(settings, clock)
    async with AsyncExitStack() as stack:
        client = S3Client(endpoints, Signer(credentials), clock, patience)
        stack.push_async_callback(client.close)
        admin = Admin(endpoints, bucket=settings.bucket, credentials=credentials, patience=patience)
        stack.push_async_callback(admin.close)
        store = SeaweedBlobStore(
            Bucket(client, settings.bucket), admin, ids, room=_piece_room(settings, memory), patience=patience.answer, pauses=pauses
        )
        stack.push_async_callback(store.close)
        yield store


def _endpoints(settings: StoreSettings, clock: Clock) -> Endpoints:
    return Endpoints([Endpoint(url, _gate(settings)) for url in parse_urls(settings.endpoints)], clock)


def _gate(settings: StoreSettings) -> Gate:
    return Gate(room=settings.connections, queue=settings.queue, patience=settings.timeout)


def _piece_room(settings: StoreSettings, memory: Gate | None) -> PieceRoom:
    memory = memory or Gate(room=settings.put_bytes, queue=settings.queue, patience=settings.timeout)
    try:
        return PieceRoom(memory, largest=settings.piece_bytes)
    except ValueError as error:
        raise BrokenSetting(f"store.piece_bytes is not usable: {error}") from error
