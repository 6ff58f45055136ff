"""Whatever order the steps of who passes on and of who deletes or writes come in: nobody who is gone is given anything.

See `test_sweep_interleavings.py`: the statements are the product's own, and what looks right and is not is caught.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.errors import StorageError
from buckets.model.account import User
from buckets.model.estate import PassedOn
from buckets.names import BucketId, VersionId
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.faults.trial import Findings, Interleaved, Trial, Variant, committing, without
from tests.fixtures.evidence import Used
from tests.fixtures.interleaving import COMMIT, Role, orders
from tests.suites.catalog_people import by, join

PASS = ("lock_heir", "lock_owners", "pass_on_versions", COMMIT)
DELETE = ("lock_member", "lock_usage_of", "owns_something", COMMIT)
WRITE = ("lock_usage", "lock_heads", "put_versions", COMMIT)


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """What is said differently by the one or by the other."""

    first: Variant = field(default_factory=dict)
    second: Variant = field(default_factory=dict)


UNSAFE: Mapping[str, Unsafe] = {
    "who passes on and does not hold the heir": Unsafe(first={"lock_heir": without("lock_heir", "FOR SHARE")}),
    "who deletes and does not hold the user": Unsafe(second={"lock_member": without("lock_member", "FOR NO KEY UPDATE")}),
    "who deletes without a look at what there is": Unsafe(
        second={"owns_something": without("owns_something", "stored_objects > 0", "false")}
    ),
}


@pytest.mark.every_postgres
class TestPassingOnAndDeleting(Interleaved):
    """Somebody is given something, and is deleted."""

    async def test_one_of_them_wins(self, trial: Trial) -> None:
        assert await self.harm(trial, Unsafe()) == {}
        assert trial.outcomes == {"PassedOn", "NoSuchUser", "UserOwnsObjects", "NoneType"}

    @pytest.mark.parametrize("variant", UNSAFE)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        assert await self.harm(trial, UNSAFE[variant]) != {}

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("p", len(PASS)), ("d", len(DELETE))):
            giver, heir = await join(trial.at), await join(trial.at)
            await trial.at.put(trial.at.item(f"k {order}", owner=giver))
            roles = {
                "p": Role(work=passing(trial, giver, heir), stops=PASS, variant=unsafe.first),
                "d": Role(work=deleting(heir), stops=DELETE, variant=unsafe.second),
            }
            results, findings = await trial.play(order, roles)
            both = isinstance(results.get("p"), PassedOn) and not isinstance(results.get("d"), StorageError)
            if found := findings or (["given to who is gone"] if both else []):
                return {order: found}
        return {}


@pytest.mark.every_postgres
class TestPassingOnAndWriting(Interleaved):
    """What is to be passed on is overwritten."""

    async def test_the_account_is_exact_whoever_comes_first(self, trial: Trial) -> None:
        assert await self.harm(trial, {}) == {}
        assert trial.outcomes == {"PassedOn", "Committed"}

    async def test_who_does_not_lock_the_owners_is_caught(self, trial: Trial) -> None:
        unsafe = {"lock_owners": without("lock_owners", "FOR UPDATE")}
        assert await self.harm(trial, unsafe) != {}

    async def harm(self, trial: Trial, variant: Variant) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("p", len(PASS)), ("w", len(WRITE))):
            giver, heir = await join(trial.at), await join(trial.at)
            await trial.at.put(trial.at.item(f"k {order}", b"1", owner=giver))
            write = trial.at.item(f"k {order}", b"22", owner=giver)
            roles = {
                "p": Role(work=passing(trial, giver, heir), stops=PASS, variant=variant),
                "w": Role(work=committing(write), stops=WRITE),
            }
            _, findings = await trial.play(order, roles)
            used = {await trial.at.used(giver), await trial.at.used(heir)}
            if found := findings or ([] if used == {Used(), Used(2, 1)} else ["not exact"]):
                return {order: found}
        return {}


def passing(trial: Trial, giver: User, heir: User) -> Callable[[Pool], Any]:
    mark = BucketId(trial.at.bucket.id), VersionId(UUID(int=0))
    owner = giver.account, giver.id
    return lambda pool: over(pool).pass_on_versions(owner, heir.id, after=mark, limit=1000)


def deleting(user: User) -> Callable[[Pool], Any]:
    return lambda pool: over(pool).delete_user(user, origin=by(values.user()))


def over(pool: Pool) -> PostgresCatalog:
    return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())
