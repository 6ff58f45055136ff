"""A body that is not what it should be, or a store that fails with it: the old version reads on, and nothing is charged.

Over sockets, with an object in place already.
"""

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from buckets.errors import StoreBusy, StoreFull, StoreUnavailable
from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Stored
from buckets.names import BlobId
from tests.faults.overwriting import FRONTS, NEW, OLD, assert_charged_once, furnished, reads, untouched
from tests.http.house import House
from tests.http.wire import ask, bearer, connected, request

FAULTS = [StoreUnavailable("gone"), StoreBusy(retry_after=7), StoreFull(), OSError("foreign")]


class FailingStore(MemoryBlobStore):
    """Fails once it has got so many bytes of a body, if told to; and does not say what it should, if told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None
        self.after = 0
        self.said: dict[str, Any] = {}

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        return replace(await super().put(blob, self._failing(body), size=size), **self.said)

    async def _failing(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        received = 0
        if self.fault and not self.after:
            raise self.fault
        async for chunk in body:
            received += len(chunk)
            if self.fault and received >= self.after:
                raise self.fault
            yield chunk


@pytest.fixture
def store() -> FailingStore:
    return FailingStore()


@pytest.fixture
async def house(store: FailingStore) -> AsyncIterator[House]:
    async with furnished(store) as house:
        yield house


class TestBodiesThatAreNotWhatTheyShouldBe:
    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("Content-MD5", base64.b64encode(hashlib.md5(OLD, usedforsecurity=False).digest()).decode()),
            ("x-amz-content-sha256", hashlib.sha256(OLD).hexdigest()),
        ],
        ids=["md5", "sha256"],
    )
    async def test_a_body_with_another_hash_changes_nothing(self, house: House, target: str, header: str, value: str) -> None:
        """Not even when the hash is that of what is there."""
        with untouched(house):
            async with connected(house) as wire:
                assert (await wire.ask("PUT", target, headers=[(header, value)], body=NEW)).status == 400
                assert await wire.is_alive()
        assert await reads(house) == OLD

    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize("excess", [b"x", b"\r\n", NEW, b"GET /photos/canary HTTP/1.1\r\nHost: h\r\n\r\n"], ids=range(4))
    async def test_what_follows_a_body_is_no_part_of_it(self, house: House, target: str, excess: bytes) -> None:
        """It may spoil the request that it arrives with; then nothing of that is done."""
        async with connected(house) as wire:
            await wire.send(request("PUT", target, bearer(house), NEW) + excess)
            status = (await wire.reply()).status
            wire.writer.write_eof()
            assert NEW[:100] not in await wire.rest()
        stored = OLD if status == 400 else NEW
        assert (status < 300) is (stored == NEW)
        assert await reads(house) == stored
        assert_charged_once(house, len(stored))


@pytest.mark.parametrize("target", FRONTS)
class TestStoresThatFail:
    @pytest.mark.parametrize("after", [0, 1, len(NEW) // 2, len(NEW)])
    @pytest.mark.parametrize(
        "fault", [StoreUnavailable("gone"), StoreBusy(retry_after=7), StoreFull(), OSError("foreign")], ids=repr
    )
    async def test_at_any_byte_the_old_reads_on_and_the_next_try_succeeds(
        self, house: House, store: FailingStore, target: str, fault: Exception, after: int
    ) -> None:
        with untouched(house):
            async with connected(house) as wire:
                store.fault, store.after = fault, after
                reply = await wire.ask("PUT", target, body=NEW)
                assert reply.status >= 500
                assert reply.headers.get("retry-after") == ("7" if isinstance(fault, StoreBusy) else None)
                assert await reads(house) == OLD
                await wire.is_alive()
        store.fault = None
        assert (await ask(house, "PUT", target, body=NEW)).status < 300
        assert await reads(house) == NEW
        assert_charged_once(house, len(NEW))

    @pytest.mark.parametrize("said", [{"size": len(NEW) - 1}, {"size": 0}, {"md5": hashlib.md5(OLD).digest()}], ids=repr)
    async def test_a_store_that_says_it_stored_something_else_is_not_believed(
        self, house: House, store: FailingStore, target: str, said: dict[str, Any]
    ) -> None:
        with untouched(house):
            store.said = said
            assert (await ask(house, "PUT", target, body=NEW)).status == 503
        assert await reads(house) == OLD
