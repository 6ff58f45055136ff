"""`seawall doctor` on a store that something is wrong with: a directory, a real SeaweedFS, and what only pretends to be one."""

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from buckets.errors import StoreUnavailable
from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore
from buckets.settings import Secret
from gateway.build.doctor import Doctor
from gateway.config.config import Config
from gateway.config.load import Loaded
from gateway.doctor.advice import Advice
from gateway.doctor.examination import examined
from gateway.doctor.finding import Finding, Status
from gateway.doctor.store import StoreCheck
from gateway.system import SystemClock, SystemIds
from seaweedfs.settings import StoreKind, StoreSettings
from tests.factories.bodies import MIB, noise
from tests.factories.clocks import WrongClock
from tests.factories.disk import files, prepared
from tests.factories.findings import amiss, by_name, found
from tests.fixtures.weed import WeedServer, objects, store_over, weed_over
from tests.suites.blob_store import put

CANARY = "c4n4ry" * 6


async def told(settings: StoreSettings, *, clock: SystemClock | None = None) -> Sequence[Finding]:
    """What a doctor says of the store in an installation with these settings."""
    doctor = Doctor(Loaded(Config(store=settings), {}), clock=clock or SystemClock(), ids=SystemIds())
    findings = [finding for finding in await examined(doctor.checks()) if finding.check.startswith(("store", "disk.blobs"))]
    assert CANARY not in str(findings)
    return findings


class TestDirectory:
    """The disk store."""

    @staticmethod
    def settings(root: Path) -> StoreSettings:
        return StoreSettings(kind=StoreKind.DISK, directory=root)

    async def test_one_that_is_well_holds_nothing_afterwards(self, tmp_path: Path) -> None:
        await prepared(tmp_path / "blobs")
        findings = await told(self.settings(tmp_path / "blobs"))
        assert {finding.status for finding in findings} <= {Status.OK, Status.WARNING}
        assert by_name(findings)["store"].status is Status.OK
        assert "power cut" in by_name(findings)["store.durability"].found
        assert files(tmp_path) == []

    async def test_one_that_was_never_made_is_not_made_now(self, tmp_path: Path) -> None:
        findings = await told(self.settings(tmp_path / "blobs"))
        assert amiss(findings) == {"store": Status.FAILED, "disk.blobs": Status.FAILED}
        assert all("seawall init" in by_name(findings)[check].remedy for check in ("store", "disk.blobs"))
        assert not (tmp_path / "blobs").exists()

    async def test_one_that_is_full_is_told(self, mounted: "Mounted") -> None:
        place = mounted("size=3m")
        store = await prepared(place / "blobs")
        with pytest.raises(Exception, match="no room"):
            await put(store, noise(4 * MIB))
        (place / "filler").write_bytes(b"")
        with pytest.raises(OSError, match="No space"):
            (place / "filler").write_bytes(noise(4 * MIB))
        findings = await told(self.settings(place / "blobs"))
        assert amiss(findings) == {"store": Status.FAILED, "disk.blobs": Status.FAILED}
        assert "Make room" in by_name(findings)["store"].remedy
        assert "Make room" in by_name(findings)["disk.blobs"].remedy
        assert files(place / "blobs") == []

    async def test_one_with_little_room_fails_before_it_is_full(self, mounted: "Mounted") -> None:
        place = mounted("size=30m")
        await prepared(place / "blobs")
        findings = await told(self.settings(place / "blobs"))
        assert amiss(findings) == {"disk.blobs": Status.FAILED}

    async def test_one_with_few_inodes_is_told(self, mounted: "Mounted") -> None:
        place = mounted("size=3g,nr_inodes=400")
        await prepared(place / "blobs")
        assert amiss(await told(self.settings(place / "blobs"))) == {"disk.blobs": Status.FAILED}

    async def test_one_that_may_only_be_read_is_told(self, mounted: "Mounted") -> None:
        place = mounted("size=3g")
        await prepared(place / "blobs")
        mounted.close(place)
        findings = await told(self.settings(place / "blobs"))
        assert amiss(findings) == {"store": Status.FAILED, "disk.blobs": Status.FAILED}
        assert "Mount it writable" in by_name(findings)["disk.blobs"].remedy


class Mounted:
    """Makes small disks, where this user may."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.places: list[Path] = []

    def __call__(self, options: str) -> Path:
        place = self._root / "disk"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting takes more rights than these")
        self.places.append(place)
        return place

    @staticmethod
    def close(place: Path) -> None:
        """From now on it may only be read."""
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Mounted]:
    mounted = Mounted(tmp_path)
    yield mounted
    for place in mounted.places:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


class TestSeaweed:
    """The real one."""

    @pytest.fixture
    async def prepared(self, weed_server: WeedServer) -> StoreSettings:
        async with store_over(weed_server.settings()) as store:
            await store.prepare()
        return weed_server.settings()

    async def test_one_that_is_well_holds_nothing_afterwards(self, prepared: StoreSettings) -> None:
        async with store_over(prepared) as store:
            before = await objects(store)
            findings = await told(prepared)
            assert amiss(findings) == {}
            assert await objects(store) == before
        assert len(findings) == 5
        assert any("SeaweedFS 4." in finding.found for finding in findings)

    async def test_a_key_that_it_does_not_know_is_not_repeated(self, prepared: StoreSettings) -> None:
        for wrong in (replace(prepared, secret_key=Secret(CANARY)), replace(prepared, access_key="nobody")):
            findings = await told(wrong)
            assert amiss(findings) == {f"store {prepared.endpoints}": Status.FAILED}
            assert "store.access_key" in by_name(findings)[f"store {prepared.endpoints}"].remedy

    async def test_a_bucket_that_is_missing_is_not_made_now(self, prepared: StoreSettings) -> None:
        for _ in range(2):
            findings = await told(replace(prepared, bucket="not-there"))
            assert amiss(findings) == {f"store {prepared.endpoints}": Status.FAILED}
            assert "seawall init" in by_name(findings)[f"store {prepared.endpoints}"].remedy

    @pytest.mark.parametrize(("ahead", "status"), [(-10, Status.WARNING), (16 * 60, Status.FAILED)])
    async def test_a_clock_that_is_off_is_told(self, prepared: StoreSettings, ahead: int, status: Status) -> None:
        findings = await told(prepared, clock=WrongClock(timedelta(seconds=ahead)))
        assert by_name(findings)[f"store {prepared.endpoints} clock"].status is status

    async def test_each_door_is_examined_on_its_own(self, prepared: StoreSettings) -> None:
        findings = await told(replace(prepared, endpoints=f"http://127.0.0.1:1,{prepared.endpoints}"))
        assert amiss(findings) == {"store http://127.0.0.1:1": Status.FAILED}
        assert by_name(findings)[f"store {prepared.endpoints}"].status is Status.OK

    async def test_one_that_stands_still_and_one_that_was_stopped_do_not_answer(self, tmp_path: Path) -> None:
        server = weed_over(tmp_path)
        server.start()
        try:
            settings = server.settings(connect_timeout=1.0, timeout=1.0)
            assert server.pid
            os.kill(server.pid, signal.SIGSTOP)
            assert amiss(await told(settings)) == {f"store {settings.endpoints}": Status.FAILED}
            os.kill(server.pid, signal.SIGCONT)
        finally:
            server.stop()
        findings = await told(settings)
        assert amiss(findings) == {f"store {settings.endpoints}": Status.FAILED}
        assert by_name(findings)[f"store {settings.endpoints}"].found == "no answer"


@pytest.mark.parametrize("endpoints", ["", f"http://u:{CANARY}@127.0.0.1:8333", "nowhere"])
async def test_addresses_that_are_none_are_not_repeated(endpoints: str) -> None:
    findings = await told(StoreSettings(kind=StoreKind.SEAWEEDFS, endpoints=endpoints))
    assert amiss(findings) == {"store": Status.FAILED}


class TestGreetings:
    """What a head of an answer gives away."""

    @staticmethod
    @asynccontextmanager
    async def pretending(status: int, headers: Mapping[str, str]) -> AsyncIterator[str]:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, headers=headers)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")

    @pytest.mark.parametrize(
        ("status", "headers", "part", "expected"),
        [
            (403, {"Server": "SeaweedFS 30GB 4.33"}, "version", Status.FAILED),
            (403, {"Server": "SeaweedFS 30GB 3.97"}, "version", Status.FAILED),
            (403, {"Server": "SeaweedFS 30GB 4.34"}, "version", Status.OK),
            (403, {"Server": "SeaweedFS 30GB 5.01"}, "version", Status.OK),
            (403, {"Server": "nginx"}, "version", Status.SKIPPED),
            (403, {"Server": "SeaweedFS 30GB 4.44"}, "exposure", Status.OK),
            (200, {"Server": "SeaweedFS 30GB 4.44"}, "exposure", Status.FAILED),
            (403, {"Date": "yesterday"}, "clock", Status.SKIPPED),
            (403, {"Date": format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)}, "clock", Status.FAILED),
        ],
    )
    async def test_it_is_judged(self, status: int, headers: Mapping[str, str], part: str, expected: Status) -> None:
        async with self.pretending(status, headers) as url:
            settings = StoreSettings(
                kind=StoreKind.SEAWEEDFS, endpoints=url, access_key="a", secret_key=Secret("b"), connect_timeout=1, timeout=1
            )
            assert by_name(await told(settings))[f"store {url} {part}"].status is expected


class Rotten(MemoryBlobStore):
    """Breaks at one step."""

    step = ""

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        stored = await super().put(blob, body, size=size)
        if self.step == "put":
            raise StoreUnavailable("it broke")
        return stored

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        if self.step == "get" or (self.step == "range" and span.offset):
            raise StoreUnavailable("it broke")
        async with super().open(locator, span) as chunks:
            yield self._flipped(chunks) if self.step == ("part" if span.offset else "bytes") else chunks

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        if self.step not in ("delete", "kept"):
            await super().delete(blobs)
        if self.step == "delete":
            raise StoreUnavailable("it broke")

    @staticmethod
    async def _flipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield bytes([chunk[0] ^ 1]) + chunk[1:]


@asynccontextmanager
async def at_hand(store: BlobStore) -> AsyncIterator[BlobStore]:
    yield store


@pytest.mark.parametrize(
    ("step", "said", "left"),
    [
        ("put", "put: ", 0),
        ("get", "get: ", 0),
        ("range", "range: ", 0),
        ("bytes", "other bytes", 0),
        ("part", "other bytes", 0),
        ("delete", "delete: ", 1),
        ("kept", "still there", 1),
    ],
)
async def test_the_step_that_fails_is_named_and_the_blob_goes_if_it_can(step: str, said: str, left: int) -> None:
    store = Rotten()
    store.step = step
    check = StoreCheck(
        settings=StoreSettings(kind=StoreKind.DISK),
        opened=lambda _: partial(at_hand, store),
        clock=SystemClock(),
        ids=SystemIds(),
        advice=Advice(),
    )
    [finding] = await found(check.ask())
    assert (finding.status, bool(finding.remedy)) == (Status.FAILED, True)
    assert said in finding.found
    assert len([each async for each in store.walk()]) == left


async def test_a_store_in_memory_is_told_to_forget() -> None:
    findings = await told(StoreSettings(kind=StoreKind.MEMORY))
    assert amiss(findings) == {"store": Status.WARNING, "store.durability": Status.SKIPPED}
