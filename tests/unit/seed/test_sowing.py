"""Sowing and clearing, through the services of a house in memory."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.model.bucket import Rules
from buckets.model.commit import Condition
from buckets.model.version import Head
from buckets.names import BucketName, ObjectKey
from buckets.ports import Claims
from buckets.settings import Secret
from gateway.auth.guard import Guarded
from gateway.auth.objects import CopyTerms, Listing, Upload
from gateway.auth.permit import Request
from gateway.build import House, build
from gateway.cli.seed_report import Report
from gateway.cli.seeding import Seeding, _operator
from gateway.cli.stop import Stop
from gateway.config.config import assemble
from gateway.seed.item import Item
from gateway.seed.plan import Numbers, Plan, SeedSet
from gateway.seed.sower import Patch
from gateway.seed.tally import Count, Tally
from gateway.system import SystemClock
from seaweedfs.settings import StoreKind


@pytest.fixture
async def house() -> AsyncIterator[House]:
    key = Secret(base64.b64encode(bytes(32)).decode())
    async with build(assemble({"store.kind": StoreKind.MEMORY, "auth.seal_key": key})) as house:
        yield house
        await house.finish()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def minted(keys: Path) -> dict[str, Any]:
    assert keys.stat().st_mode & 0o777 == 0o600
    return dict(json.loads(keys.read_text("utf-8")))


def replace_keys(keys: Path, known: Mapping[str, Any]) -> None:
    keys.write_text(json.dumps(known), "utf-8")


def plan(*, objects: int = 60, buckets: int = 7, seed: int = 1, set_: SeedSet = SeedSet.DEV) -> Plan:
    return Plan(set=set_, seed=seed, numbers=Numbers(users=4, buckets=buckets, objects=objects))


async def seeded(house: House, keys: Path, of: Plan | None = None, *, reset: bool = False, stop: Stop | None = None) -> Report:
    report = Report(of or plan(), Tally(SystemClock()), keys)
    await Seeding(report=report, reset=reset, quiet=True, stop=stop or Stop()).carry_out(house)
    return report


async def owner_of(house: House) -> Guarded:
    return house.guard.for_caller(_operator(await house.founding.owner()), Request(id="test"))


def known(house: House) -> MemoryCatalog:
    assert isinstance(house.catalog, MemoryCatalog)
    return house.catalog


def state(house: House) -> tuple[Any, ...]:
    """Everything that a run may change."""
    of = known(house)
    return (
        dict(of.versions),
        dict(of.current),
        {owner: repr(used) for owner, used in of.usage.items()},
        list(of.audit),
        dict(of.users),
    )


async def upload(house: House, bucket: str, key: str, body: bytes) -> None:
    async def whole() -> AsyncIterator[bytes]:
        yield body

    wanted = Upload(body=whole(), claims=Claims(size=len(body)), content_type="text/plain")
    await (await owner_of(house)).objects.put(BucketName(bucket), ObjectKey(key), wanted)


async def heads(house: House, bucket: str) -> Mapping[str, Head]:
    listed = await (await owner_of(house)).objects.page(BucketName(bucket), Listing(limit=1000))
    return {entry.key: entry for entry in listed.entries if isinstance(entry, Head)}


async def holds(house: House, item: Item, body: bytes) -> bool:
    """Whether a name points to these bytes, as they were counted when they came; acceptance reads them back."""
    head = (await heads(house, item.bucket))[item.key]
    return head.content.digests.etag == md5(body).hexdigest()


async def drafts_of(house: House, item: Item) -> Sequence[int]:
    """The sizes of the versions of a name, markers as nothing, oldest first."""
    kept = await (await owner_of(house)).objects.versions(item.bucket, item.key, limit=100)
    return [each.head.content.size if each.head else 0 for each in reversed(kept)]


async def test_every_object_is_there_with_its_bytes_and_words(house: House, keys: Path) -> None:
    report = await seeded(house, keys)
    assert (report.tally.all.made, report.complete) == (60, True)
    for item in plan().items():
        found = (await heads(house, item.bucket)).get(item.key)
        assert (found is None) == item.sketch.deleted
        if found:
            assert await holds(house, item, item.sketch.drafts[-1])
            assert (found.content.content_type, found.content.metadata) == (item.sketch.content_type, item.metadata)
            assert found.content.tags == item.sketch.tags


async def test_drafts_are_versions_where_they_are_kept(house: House, keys: Path) -> None:
    report = await seeded(house, keys)
    for item in plan().items():
        sizes = [len(draft) for draft in item.sketch.drafts]
        assert await drafts_of(house, item) == sizes + ([0] if item.sketch.deleted and item.bucket != "batches" else [])
    assert report.tally.all.versions == sum(len(item.sketch.drafts) for item in plan().items())


async def test_the_objects_belong_to_users_who_may_write(house: House, keys: Path) -> None:
    await seeded(house, keys)
    roles = {known(house).users[head.owner].role for name in plan().buckets for head in (await heads(house, name)).values()}
    assert roles == {"service", "user"}


async def test_a_second_run_changes_nothing_and_says_so(house: House, keys: Path) -> None:
    await seeded(house, keys)
    before, kept = state(house), minted(keys)
    report = await seeded(house, keys)
    assert state(house) == before
    assert minted(keys) == kept
    assert (report.tally.all.made, report.tally.all.present) == (0, 60)
    assert "nothing to do: all 60 objects are there" in report.lines()


@dataclass(slots=True)
class Deadly(Tally):
    """It ends the run as soon as so many versions are stored."""

    most: int = 0
    run: "asyncio.Task[None] | None" = None

    def add(self, bucket: BucketName, **what: int) -> None:
        Tally.add(self, bucket, **what)
        if self.run and self.all.versions >= self.most:
            self.run.cancel()


async def test_a_run_that_was_cut_off_is_completed_by_the_next(house: House, keys: Path) -> None:
    whole = plan(objects=200)
    for _ in range(3):
        tally = Deadly(SystemClock(), most=1)
        seeding = Seeding(report=Report(whole, tally, keys), reset=False, quiet=True, stop=Stop())
        tally.run = asyncio.create_task(seeding.carry_out(house))
        await asyncio.wait((tally.run,))
        assert not seeding.report.complete
    last = await seeded(house, keys, whole)
    assert (last.tally.all.made + last.tally.all.present, last.complete) == (200, True)
    for item in whole.items():
        assert len(await drafts_of(house, item)) == len(item.sketch.drafts) + (item.sketch.deleted and item.bucket != "batches")


@dataclass(slots=True)
class StopAfter(Stop):
    """Asked for after so many looks at it."""

    looks: int = 0

    def __call__(self) -> bool:
        self.looks -= 1
        return self.looks < 0


async def test_a_run_that_is_stopped_has_counted_what_it_did(house: House, keys: Path) -> None:
    whole = plan(set_=SeedSet.LOAD, objects=300, buckets=1)
    report = await seeded(house, keys, whole, stop=StopAfter(looks=80))
    assert not report.complete
    assert 80 <= report.tally.all.made == len(await heads(house, "batches")) < 200
    assert report.lines()[-2].startswith(f"not complete: {report.tally.all.made} objects made")
    again = await seeded(house, keys, whole)
    assert again.tally.all.made + report.tally.all.made == 300


async def test_a_draft_that_is_missing_is_added_and_no_other(house: House, keys: Path) -> None:
    item = next(item for item in plan().items() if item.bucket == "templates" and len(item.sketch.drafts) == 3)
    await seeded(house, keys, plan(objects=0))
    first = Upload(
        body=one(item.sketch.drafts[0]),
        claims=Claims(size=len(item.sketch.drafts[0])),
        content_type=item.sketch.content_type,
        metadata=item.metadata,
        condition=Condition(absent=True),
    )
    await (await owner_of(house)).objects.put(item.bucket, item.key, first)
    await seeded(house, keys)
    assert await drafts_of(house, item) == [len(draft) for draft in item.sketch.drafts]


async def one(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_an_object_that_somebody_has_put_there_before_stays(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(objects=0))
    taken = [next(item for item in plan().items() if item.bucket == bucket) for bucket in ("batches", "templates")]
    for item in taken:
        await upload(house, item.bucket, item.key, b"mine")
    for reset in (False, True):
        report = await seeded(house, keys, reset=reset)
        assert report.tally.all.left == 2
        assert [await holds(house, item, b"mine") for item in taken] == [True, True]
        assert [await drafts_of(house, item) for item in taken] == [[4], [4]]


async def test_whoever_comes_between_the_look_and_the_write_is_not_overwritten(
    house: House, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seeded(house, keys, plan(objects=0))
    look = Patch.head

    async def overtaken(patch: Patch) -> Head | None:
        head = await look(patch)
        await upload(house, patch.item.bucket, patch.item.key, b"theirs")
        return head

    monkeypatch.setattr(Patch, "head", overtaken)
    report = await seeded(house, keys, plan(objects=24))
    assert (report.tally.all.made, report.tally.all.left) == (0, 24)
    assert {await holds(house, item, b"theirs") for item in plan(objects=24).items()} == {True}


async def test_reset_removes_what_was_seeded_by_any_run_and_nothing_else(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(objects=200))
    await seeded(house, keys, plan(seed=7))
    await seeded(house, keys, plan(set_=SeedSet.LOAD, buckets=2, objects=50))
    await upload(house, "batches", "theirs/note.txt", b"mine")
    own = next(item for item in plan().items() if item.bucket == "avatars")
    services = await owner_of(house)
    copied = BucketName("documents"), ObjectKey("copy.jpg")
    await services.objects.copy((own.bucket, own.key), copied, CopyTerms())
    await seeded(house, keys, plan(objects=12), reset=True)
    left = {(name, key) for name in plan().buckets for key in await heads(house, name)}
    sown = {(item.bucket, item.key) for item in plan(objects=12).items() if not item.sketch.deleted}
    assert left == sown | {("batches", "theirs/note.txt"), copied}
    assert await services.buckets.page(prefix="sample-", limit=10) == []


async def test_reset_purges_its_own_trash_and_leaves_that_of_others(house: House, keys: Path) -> None:
    await seeded(house, keys)
    [trashed] = [item for item in plan().items() if item.sketch.deleted and item.bucket == "batches"]
    await upload(house, "batches", "thrown", b"away")
    services = await owner_of(house)
    await services.objects.delete(BucketName("batches"), ObjectKey("thrown"))
    await seeded(house, keys, plan(objects=60), reset=True)
    assert len(await drafts_of(house, trashed)) == 1
    [kept] = await services.objects.versions(BucketName("batches"), ObjectKey("thrown"), limit=10)
    assert kept.trashed_at


async def test_trash_of_somebody_else_under_a_seeded_name_stays(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(objects=0))
    [trashed] = [item for item in plan().items() if item.sketch.deleted and item.bucket == "batches"]
    await upload(house, "batches", trashed.key, b"theirs")
    services = await owner_of(house)
    await services.objects.delete(trashed.bucket, trashed.key)
    await seeded(house, keys, reset=True)
    assert sorted(await drafts_of(house, trashed)) == sorted([6, len(trashed.sketch.drafts[-1])])


async def test_a_sample_bucket_that_somebody_uses_stays(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(buckets=9))
    await upload(house, "sample-09", "theirs", b"mine")
    await seeded(house, keys, reset=True)
    services = await owner_of(house)
    assert [bucket.name for bucket in await services.buckets.page(prefix="sample-", limit=10)] == ["sample-09"]
    assert list(await heads(house, "sample-09")) == ["theirs"]


async def test_a_bucket_of_such_a_name_that_was_not_made_by_us_stays(house: House, keys: Path) -> None:
    services = await owner_of(house)
    await services.buckets.make(BucketName("sample-99"), Rules())
    await seeded(house, keys, reset=True)
    assert (await services.buckets.find(BucketName("sample-99"))).purpose == ""


async def test_keys_are_minted_once_and_again_when_they_were_lost(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(objects=0))
    first = minted(keys)
    assert len(first) == 4
    lost = next(iter(first))
    replace_keys(keys, {user: found for user, found in first.items() if user != lost})
    report = await seeded(house, keys, plan(objects=0))
    second = minted(keys)
    assert report.users_made == 0
    assert {user for user in first if first[user] != second[user]} == {lost}


async def test_keys_that_open_nothing_here_are_replaced(house: House, keys: Path) -> None:
    await seeded(house, keys, plan(objects=0))
    first = minted(keys)
    replace_keys(keys, {user: {**found, "api_key": "sw_" + "x" * 43} for user, found in first.items()})
    await seeded(house, keys, plan(objects=0))
    assert all(found["api_key"] != "sw_" + "x" * 43 for found in minted(keys).values())


def test_counts_add_up() -> None:
    assert Count(made=1, bytes=5) + Count(made=2, left=1) == Count(made=3, left=1, bytes=5)
