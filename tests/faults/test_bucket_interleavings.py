"""Whatever order the end of a bucket, a write there and a request by the same name come in: nothing is written where nothing is.

See `test_sweep_interleavings.py`: the statements are the product's own, and what looks right and is not is caught.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.errors import StorageError
from buckets.model.bucket import Bucket
from buckets.model.commit import Committed, Idempotency
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.faults.trial import Findings, Interleaved, Trial, Variant, committing, without
from tests.fixtures.interleaving import COMMIT, Role, orders

WRITE = ("lock_buckets", "lock_usage", "put_versions", COMMIT)
DELETE = ("lock_living", "holds_content", "delete_bucket", COMMIT)
CREATE = ("lock_owner", "find_bucket_answer", "add_bucket_answer", COMMIT)
PUT = ("lock_usage", "find_answers", "add_answers", COMMIT)


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """What is said differently by the one or by the other."""

    first: Variant = field(default_factory=dict)
    second: Variant = field(default_factory=dict)


UNSAFE_WRITE_OR_DELETE: Mapping[str, Unsafe] = {
    "a write that does not lock its bucket": Unsafe(first={"lock_buckets": without("lock_buckets", "FOR SHARE")}),
    "a write that does not mind that its bucket is gone": Unsafe(
        first={"lock_buckets": without("lock_buckets", "AND deleted_at IS NULL")}
    ),
    "a delete that does not lock the bucket": Unsafe(second={"lock_living": without("lock_living", "FOR UPDATE")}),
    "locks that let each other pass": Unsafe(
        first={"lock_buckets": without("lock_buckets", "FOR SHARE", "FOR KEY SHARE")},
        second={"lock_living": without("lock_living", "FOR UPDATE", "FOR NO KEY UPDATE")},
    ),
}


@pytest.mark.every_postgres
class TestWriteAndDelete(Interleaved):
    """Somebody writes into a bucket that is empty still, and somebody deletes it."""

    async def test_one_of_them_wins(self, trial: Trial) -> None:
        assert await self.harm(trial, Unsafe()) == {}
        assert trial.outcomes == {"Committed", "BucketNotEmpty", "NoSuchBucket", "NoneType"}

    @pytest.mark.parametrize("variant", UNSAFE_WRITE_OR_DELETE)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        [found] = (await self.harm(trial, UNSAFE_WRITE_OR_DELETE[variant])).values()
        assert found == ["written where nothing is"]

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("w", len(WRITE)), ("d", len(DELETE))):
            bucket = await trial.at.another_bucket(f"is-{order}")
            roles = {
                "w": Role(work=committing(trial.at.item("k", bucket=bucket)), stops=WRITE, variant=unsafe.first),
                "d": Role(work=deleting(bucket), stops=DELETE, variant=unsafe.second),
            }
            results, findings = await trial.play(order, roles)
            both = isinstance(results["w"], Committed) and not isinstance(results["d"], StorageError)
            if found := findings or (["written where nothing is"] if both else []):
                return {order: found}
        return {}


@pytest.mark.every_postgres
class TestRequestsByOneName(Interleaved):
    """Two requests call themselves the same: both make buckets, or one makes a bucket and the other an object."""

    @pytest.mark.parametrize("object_too", [False, True], ids=["two buckets", "a bucket and an object"])
    async def test_one_of_them_is_carried_out(self, trial: Trial, object_too: bool) -> None:
        assert await self.harm(trial, {}, object_too=object_too) == {}
        assert trial.outcomes == {"Founded", "IdempotencyKeyReused"} | ({"Committed"} if object_too else set())

    @pytest.mark.parametrize("object_too", [False, True], ids=["two buckets", "a bucket and an object"])
    async def test_a_request_that_does_not_lock_its_owner_is_caught(self, trial: Trial, object_too: bool) -> None:
        harm = await self.harm(trial, {"lock_owner": without("lock_owner", "FOR UPDATE")}, object_too=object_too)
        assert list(harm.values()) == [["done twice"]]

    async def harm(self, trial: Trial, variant: Variant, *, object_too: bool) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        second = PUT if object_too else CREATE
        for order in orders(("c", len(CREATE)), ("s", len(second))):
            same = Idempotency(order, b"f" * 32)
            other = committing(replace(trial.at.item(f"k-{order}"), idempotency=same))
            if not object_too:
                other = creating(trial, f"second-{order}", replace(same, fingerprint=b"g" * 32))
            roles = {
                "c": Role(work=creating(trial, f"first-{order}", same), stops=CREATE, variant=variant),
                "s": Role(work=other, stops=second, variant=variant),
            }
            results, findings = await trial.play(order, roles)
            refused = sum(isinstance(result, StorageError) for result in results.values())
            if found := findings or ([] if refused == 1 else ["done twice"]):
                return {order: found}
        return {}


def deleting(bucket: Bucket) -> Callable[[Pool], Any]:
    return lambda pool: catalog_over(pool).delete_bucket(bucket, origin=values.origin(values.user()))


def creating(trial: Trial, name: str, idempotency: Idempotency) -> Callable[[Pool], Any]:
    bucket = values.bucket(trial.at.owner, name)
    return lambda pool: catalog_over(pool).create_bucket(bucket, idempotency=idempotency)


def catalog_over(pool: Pool) -> PostgresCatalog:
    return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())
