"""What every catalog promises about what users leave to others."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from buckets.errors import NoSuchUser, StorageError
from buckets.model.account import Role, User
from buckets.model.bucket import Versioning
from buckets.model.commit import Committed
from buckets.model.estate import PassedOn, Spot
from buckets.names import BucketName, ObjectKey
from buckets.service.estates import PassOn
from tests.factories import values
from tests.fixtures.evidence import Used
from tests.suites.catalog_people import by, delete, join
from tests.suites.catalog_stage import Stage, Staged


async def pass_on(at: Stage, giver: User, heir: User, *, batch: int = 500) -> dict[str, int | str]:
    return dict(await PassOn(estates=at.catalog, batch=batch)((giver.account, giver.id), heir.id, lambda _: None))


async def look_on(at: Stage, giver: User, heir: User, after: Spot | None, limit: int) -> PassedOn:
    return await at.catalog.pass_on_versions((giver.account, giver.id), heir.id, after=after, limit=limit)


async def owners(at: Stage, *keys: str) -> set[object]:
    heads = [await at.catalog.find_head(at.bucket.id, ObjectKey(key)) for key in keys]
    return {head.owner if head else None for head in heads}


class EstateSuite(Staged):
    """Users whose things go to others."""

    @pytest.mark.parametrize("batch", [1, 2, 500])
    async def test_objects_versions_markers_and_trash_go_and_what_they_cost(self, at: Stage, batch: int) -> None:
        ann, bob = await join(at), await join(at)
        await at.put(at.item("mine", b"12345"))
        await at.put(at.item("plain", b"1", owner=ann))
        await at.put(at.item("empty", b"", owner=ann))
        await at.put(at.item("trash", b"22", owner=ann))
        await at.delete(at.removal("trash"))
        keeping = await at.keeping(Versioning.ENABLED)
        for body in (b"333", b"4444"):
            await keeping.put(keeping.item("kept", body, owner=ann))
        await keeping.put(keeping.item("hidden", b"55555", owner=ann))
        await keeping.delete(keeping.removal("hidden", owner=ann))
        whole = await at.used(ann)
        assert whole == Used(13, 6, 2)
        assert await pass_on(at, ann, bob, batch=batch) == {"buckets": 0, "versions": 7}
        assert (await at.used(ann), await at.used(bob), await at.used()) == (Used(), whole, Used(5, 1))
        assert await owners(at, "plain", "empty", "kept") == {bob.id}
        assert await owners(at, "mine") == {at.owner.id}
        versions = await at.catalog.page_versions(at.bucket.id, ObjectKey("kept"), limit=10)
        assert [kept.head.owner for kept in versions if kept.head] == [bob.id, bob.id]
        assert await pass_on(at, ann, bob) == {"buckets": 0, "versions": 0}

    async def test_what_has_gone_can_be_read_overwritten_and_deleted_like_before(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        head = await at.put(at.item("k", b"1", owner=ann))
        await pass_on(at, ann, bob)
        assert (
            await at.catalog.find_version(at.bucket.id, head.key, head.version) == replace(head, owner=bob.id) == await at.head("k")
        )
        await at.put(at.item("k", b"22"))
        assert (await at.used(bob), await at.used()) == (Used(), Used(2, 1))

    async def test_trash_that_has_gone_can_be_restored(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        head = await at.put(at.item("k", b"1", owner=ann))
        await at.delete(at.removal("k"))
        await pass_on(at, ann, bob)
        await at.put(await at.restoration(head))
        assert (await at.used(ann), await at.used(bob), await at.used()) == (Used(), Used(), Used(1, 1))

    async def test_living_buckets_go_as_they_are(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        bucket, gone = values.bucket(ann, "of-ann"), values.bucket(ann, "gone")
        for each in (bucket, gone):
            await at.catalog.create_bucket(each)
        await at.catalog.delete_bucket(gone, origin=by(ann))
        assert await pass_on(at, ann, bob) == {"buckets": 1, "versions": 0}
        assert await at.catalog.find_bucket(BucketName("of-ann")) == replace(bucket, owner=bob.id)
        assert await at.catalog.find_bucket(at.bucket.name) == at.bucket

    async def test_a_look_is_bounded_whoever_owns_what_is_seen(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        for number in range(3):
            await at.put(at.item(f"mine-{number}"))
        for number in range(2):
            await at.put(at.item(f"theirs-{number}", owner=ann))
        await at.another_bucket()
        looks: list[int] = []
        mark: Spot | None = None
        while not looks or mark:
            look = await look_on(at, ann, bob, mark, 3)
            looks, mark = [*looks, look.versions], look.more
        assert [number for number in looks if number] == [2]
        assert len(looks) > 1

    async def test_one_that_is_cut_off_is_begun_anew(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        for number in range(5):
            await at.put(at.item(f"{number}", b"1", owner=ann))
        look = await look_on(at, ann, bob, None, 2)
        while not look.versions:
            look = await look_on(at, ann, bob, look.more, 2)
        assert look.versions == 2
        assert (await at.used(ann), await at.used(bob)) == (Used(3, 3), Used(2, 2))
        assert await pass_on(at, ann, bob, batch=2) == {"buckets": 0, "versions": 3}
        assert (await at.used(ann), await at.used(bob)) == (Used(), Used(5, 5))

    async def test_other_accounts_are_not_looked_at(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        await at.put(at.item("k", owner=ann))
        stranger = values.user("998877665544")
        await at.catalog.create_account(values.account("998877665544"), stranger)
        with pytest.raises(NoSuchUser):
            await pass_on(at, ann, stranger)
        assert await look_on(at, stranger, stranger, None, 10) == PassedOn(0, None)
        assert await owners(at, "k") == {ann.id}
        assert await pass_on(at, ann, bob) == {"buckets": 0, "versions": 1}

    async def test_nothing_goes_to_who_is_gone(self, at: Stage) -> None:
        ann, bob, eve = await join(at), await join(at), await join(at, Role.ADMIN)
        await at.put(at.item("k", owner=ann))
        await at.catalog.create_bucket(values.bucket(eve, "of-eve"))
        await delete(at, bob)
        for giver in (ann, eve):
            with pytest.raises(NoSuchUser):
                await pass_on(at, giver, bob)
        assert await owners(at, "k") == {ann.id}
        bucket = await at.catalog.find_bucket(BucketName("of-eve"))
        assert bucket is not None
        assert bucket.owner == eve.id

    async def test_who_passes_on_is_on_record(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        for number in range(3):
            await at.put(at.item(f"{number}", owner=ann))
        before = len(await at.evidence.deeds())
        await pass_on(at, ann, bob, batch=2)
        lines = (await at.evidence.deeds())[before:]
        assert [(line.action, line.subject) for line in lines] == [("pass_on", f"user:{ann.id}")] * 2

    @pytest.mark.parametrize("turn", range(3))
    async def test_writers_and_who_passes_on_leave_an_exact_account(self, at: Stage, turn: int) -> None:
        ann, bob = await join(at), await join(at)
        for number in range(6):
            await at.put(at.item(f"{number}", b"1", owner=ann))
        work: list[Awaitable[object]] = [at.commit(at.item(f"{number}", b"22")) for number in range(3)]
        work += [at.commit(at.removal(f"{number}", forever=True)) for number in range(3, 5)]
        work += [at.commit(at.item(f"{number}", b"333", owner=ann)) for number in range(5, 8)]
        work.insert(turn * 4, pass_on(at, ann, bob, batch=2))
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        written = sum(isinstance(outcome, Committed) for outcome in outcomes)
        assert written == 6
        await pass_on(at, ann, bob)
        assert (await at.used(ann), await at.used(), await at.used(bob)) == (Used(), Used(6, 3), Used(9, 3))
        assert await owners(at, "5", "6", "7") == {bob.id}

    @pytest.mark.parametrize("turn", range(3))
    async def test_who_is_deleted_is_given_nothing(self, at: Stage, turn: int) -> None:
        ann, bob = await join(at), await join(at)
        await at.put(at.item("k", b"1", owner=ann))
        steps: list[Awaitable[object]] = [pass_on(at, ann, bob), delete(at, bob)]
        outcomes = await asyncio.gather(*(steps if turn % 2 else steps[::-1]), return_exceptions=True)
        assert sum(isinstance(outcome, StorageError) for outcome in outcomes) == 1
        alive = (await at.catalog.page_users(at.owner.account, role=Role.USER, limit=10)) == [ann, bob]
        assert await owners(at, "k") == ({bob.id} if alive else {ann.id})
