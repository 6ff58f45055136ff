"""What every catalog promises."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from buckets.errors import BrokenSetting, BucketExists, LeaseExpired, NoSuchObject, PreconditionFailed, StorageError
from buckets.model.account import Role, User
from buckets.model.blob import BlobLease, Placement
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import Committed, Condition, Outcome, PutItem, Refused
from buckets.model.credential import ApiKey, KeyPair
from buckets.model.version import Head
from buckets.names import AccessKey, BlobId, BucketName, CredentialId, ObjectKey
from buckets.ports import Catalog
from tests.factories import values


@dataclass
class Stage:
    """A catalog with an account, its owner and one bucket."""

    catalog: Catalog
    owner: User
    bucket: Bucket
    lease: BlobLease

    def item(
        self, key: str, body: bytes, *, owner: User | None = None, index: int = 0, condition: Condition | None = None
    ) -> PutItem:
        name = list(self.lease)[index] if body else None
        return values.put_item(self.bucket, key, body, owner=owner or self.owner, name=name, condition=condition or Condition())

    async def put(self, item: PutItem) -> Outcome:
        [outcome] = await self.catalog.commit([item])
        return outcome

    async def head(self, key: str) -> Head | None:
        return await self.catalog.find_head(self.bucket.id, ObjectKey(key))


async def stage(catalog: Catalog, *, versioning: Versioning = Versioning.OFF) -> Stage:
    owner = values.user()
    await catalog.create_account(values.account(), owner)
    await catalog.ensure_placement(values.PLACEMENT)
    bucket = values.bucket(owner, versioning=versioning)
    await catalog.create_bucket(bucket)
    lease = await catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=64, lasting=timedelta(hours=1))
    return Stage(catalog, owner, bucket, lease)


def refusal(outcome: Outcome) -> StorageError:
    assert isinstance(outcome, Refused)
    return outcome.reason


class CatalogSuite:
    """A subclass supplies the fixture `catalog`, and nothing else."""

    @pytest.fixture
    async def at(self, catalog: Catalog) -> Stage:
        return await stage(catalog)

    async def test_first_owner_is_found(self, at: Stage) -> None:
        assert await at.catalog.find_first_owner() == at.owner

    async def test_an_empty_catalog_has_no_owner(self, catalog: Catalog) -> None:
        assert await catalog.find_first_owner() is None

    async def test_key_pair_is_found_by_its_public_half(self, at: Stage) -> None:
        pair = KeyPair(
            id=CredentialId(values.IDS.uuid7()),
            account=at.owner.account,
            owner=at.owner.id,
            role=Role.OWNER,
            access_key=AccessKey("SWABCDEFGHIJKLMNOPQR"),
            sealed_secret=b"\x01sealed",
        )
        await at.catalog.add_key_pair(pair, name="test")
        assert await at.catalog.find_key_pair(pair.access_key) == pair
        assert await at.catalog.find_key_pair(AccessKey("SWABCDEFGHIJKLMNOPQX")) is None

    async def test_api_key_is_found_by_its_hash(self, at: Stage) -> None:
        key = self._api_key(at)
        await at.catalog.add_api_key(key, name="test")
        assert await at.catalog.find_api_key(b"h" * 32) == key
        assert await at.catalog.find_api_key(b"i" * 32) is None

    async def test_expired_api_key_is_not_found(self, at: Stage) -> None:
        await at.catalog.add_api_key(self._api_key(at, expires_in=timedelta(days=-3650)), name="test")
        assert await at.catalog.find_api_key(b"h" * 32) is None

    async def test_placement_known_with_another_store_is_refused(self, at: Stage) -> None:
        await at.catalog.ensure_placement(values.PLACEMENT)
        with pytest.raises(BrokenSetting):
            await at.catalog.ensure_placement(Placement(id="default", store="disk"))

    async def test_bucket_is_found_by_name(self, at: Stage) -> None:
        assert await at.catalog.find_bucket(at.bucket.name) == at.bucket
        assert await at.catalog.find_bucket(BucketName("nowhere")) is None

    async def test_taken_bucket_name_is_refused(self, at: Stage) -> None:
        with pytest.raises(BucketExists):
            await at.catalog.create_bucket(values.bucket(at.owner))

    async def test_leased_names_are_never_leased_again(self, at: Stage) -> None:
        leases = await asyncio.gather(
            *(
                at.catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=64, lasting=timedelta(hours=1))
                for _ in range(20)
            )
        )
        assert len({name for lease in leases for name in lease}) == 20 * 64

    async def test_committed_object_is_read_back_whole(self, at: Stage) -> None:
        item = at.item("a/b", b"hello")
        outcome = await at.put(item)
        assert isinstance(outcome, Committed)
        head = await at.head("a/b")
        assert head == outcome.head
        assert (head.content, head.version, head.seq, head.owner) == (item.content, item.version, 1, at.owner.id)
        assert list(await at.catalog.load_extents(at.bucket.id, item.version)) == list(item.extents)

    async def test_absent_name_has_no_head(self, at: Stage) -> None:
        assert await at.head("nothing") is None

    async def test_object_without_bytes_has_no_extents(self, at: Stage) -> None:
        item = at.item("empty", b"")
        await at.put(item)
        head = await at.head("empty")
        assert head is not None
        assert (head.first, head.extents) == (None, 0)
        assert list(await at.catalog.load_extents(at.bucket.id, item.version)) == []

    async def test_overwrite_moves_the_head_and_counts_on(self, at: Stage) -> None:
        await at.put(at.item("k", b"one"))
        second = at.item("k", b"second", index=1)
        await at.put(second)
        head = await at.head("k")
        assert head is not None
        assert (head.version, head.seq, head.content.size) == (second.version, 2, 6)

    @pytest.mark.parametrize("key", ["é", "e\u0301", "a//b", "..", "a\nb", "%2F", "x" * 1024, "\U0001f600"])
    async def test_unusual_keys_are_names_of_their_own(self, at: Stage, key: str) -> None:
        await at.put(at.item(key, b"body"))
        head = await at.head(key)
        assert head is not None
        assert head.key == key

    async def test_composed_and_decomposed_names_are_two_objects(self, at: Stage) -> None:
        await at.put(at.item("\u00e9", b"one"))
        assert await at.head("e\u0301") is None

    async def test_create_only_write_loses_to_an_existing_object(self, at: Stage) -> None:
        first = at.item("k", b"one", condition=Condition(absent=True))
        assert isinstance(await at.put(first), Committed)
        assert isinstance(
            refusal(await at.put(at.item("k", b"two", index=1, condition=Condition(absent=True)))), PreconditionFailed
        )
        head = await at.head("k")
        assert head is not None
        assert head.version == first.version

    async def test_if_match_write_wins_only_over_that_object(self, at: Stage) -> None:
        first = at.item("k", b"one")
        await at.put(first)
        matching = Condition(etag=first.content.digests.etag)
        assert isinstance(await at.put(at.item("k", b"two", index=1, condition=matching)), Committed)
        assert isinstance(refusal(await at.put(at.item("k", b"three", index=2, condition=matching))), PreconditionFailed)
        assert isinstance(refusal(await at.put(at.item("other", b"four", index=3, condition=matching))), NoSuchObject)

    async def test_one_of_many_create_only_writers_wins(self, at: Stage) -> None:
        items = [at.item("race", b"x", index=index, condition=Condition(absent=True)) for index in range(32)]
        outcomes = await asyncio.gather(*(at.put(item) for item in items))
        winners = [outcome.head.version for outcome in outcomes if isinstance(outcome, Committed)]
        head = await at.head("race")
        assert head is not None
        assert winners == [head.version]

    async def test_refused_item_leaves_its_neighbours_alone(self, at: Stage) -> None:
        await at.put(at.item("taken", b"one"))
        outcomes = await at.catalog.commit(
            [
                at.item("new", b"two", index=1),
                at.item("taken", b"three", index=2, condition=Condition(absent=True)),
                at.item("newer", b"four", index=3),
            ]
        )
        assert [type(outcome) for outcome in outcomes] == [Committed, Refused, Committed]
        assert await at.head("newer") is not None

    async def test_blob_of_an_unknown_lease_is_refused(self, at: Stage) -> None:
        item = values.put_item(at.bucket, "k", b"body", owner=at.owner, name=BlobId(values.IDS.uuid7()))
        assert isinstance(refusal(await at.put(item)), LeaseExpired)
        assert await at.head("k") is None

    async def test_blob_of_an_expired_lease_is_refused(self, at: Stage) -> None:
        expired = await at.catalog.lease_blobs(
            placement="default", holder=values.IDS.uuid7(), count=1, lasting=timedelta(seconds=-1)
        )
        item = values.put_item(at.bucket, "k", b"body", owner=at.owner, name=next(iter(expired)))
        assert isinstance(refusal(await at.put(item)), LeaseExpired)

    async def test_catalog_says_how_it_is(self, at: Stage) -> None:
        health = await at.catalog.check()
        assert health.latency_ms >= 0
        assert health.server_version

    def _api_key(self, at: Stage, *, expires_in: timedelta | None = None) -> ApiKey:
        expires_at = values.ManualClock().now() + expires_in if expires_in else None
        return ApiKey(
            id=CredentialId(values.IDS.uuid7()),
            account=at.owner.account,
            owner=at.owner.id,
            role=Role.OWNER,
            token_hash=b"h" * 32,
            prefix="sw_abcd",
            expires_at=expires_at,
        )
