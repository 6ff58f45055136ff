"""Whatever order a put, the end of its lease and a question about its outcome come in: all of them tell the same story.

See `test_sweep_interleavings.py`: the statements are the product's own, and what looks right and is not is caught.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from buckets.model.commit import Committed, PutItem
from tests.factories import values
from tests.faults.trial import RUN_OUT, Findings, Interleaved, Trial, Variant, committing, ending, name, resolving, without
from tests.fixtures.interleaving import COMMIT, Role, orders

PUT = ("lock_leases", "add_blobs", COMMIT)
END = ("lock_abandoned", "condemn_names", "end_lease", COMMIT)
ANNOUNCED_PUT = ("lock_leases", "add_events", COMMIT)
RESOLVE = ("void_operation", "find_operation")

LOOK_FOR_OPERATION = """
    SELECT $1::uuid AS id FROM (SELECT $2::text, $3::uuid, $4::text) AS name
    WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.id = $1)
"""
UNSAFE: Mapping[str, tuple[str, Variant, Variant]] = {
    "a put that does not lock its lease": ("put failed", {"lock_leases": without("lock_leases", "FOR KEY SHARE")}, {}),
    "a sweep that does not lock the lease": (
        "deadlock",
        {},
        {"lock_abandoned": without("lock_abandoned", "FOR UPDATE SKIP LOCKED")},
    ),
}


@pytest.mark.every_postgres
class TestPutAndEndOfLease(Interleaved):
    """A blob is committed under a lease that the sweep ends."""

    @pytest.mark.parametrize(
        ("gives_up", "outcomes"),
        [
            ("", {"Committed", "LeaseExpired", "0", "1"}),
            ("p", {"CatalogBusy", "0", "1"}),
            ("e", {"Committed", "CatalogBusy"}),
        ],
        ids=["both commit", "put gives up", "sweep gives up"],
    )
    async def test_a_name_is_either_committed_or_condemned(self, trial: Trial, gives_up: str, outcomes: set[str]) -> None:
        assert await self.harm(trial, gives_up=gives_up) == {}
        assert trial.outcomes == outcomes

    @pytest.mark.parametrize("variant", UNSAFE)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        harm, put, end = UNSAFE[variant]
        [found] = (await self.harm(trial, put=put, end=end)).values()
        assert harm in found

    async def harm(
        self, trial: Trial, *, put: Variant | None = None, end: Variant | None = None, gives_up: str = ""
    ) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        await trial.garbage.condemn_abandoned(margin=RUN_OUT, limit=10)
        for order in orders(("p", len(PUT)), ("e", len(END))):
            item = await self.item(trial, order)
            roles = {
                "p": Role(work=committing(item), stops=PUT, variant=put or {}, gives_up=gives_up == "p"),
                "e": Role(work=ending, stops=END, variant=end or {}, gives_up=gives_up == "e"),
            }
            results, findings = await trial.play(order, roles)
            found = findings or await self.wrongs(trial, item, results["p"])
            if found:
                return {order: found}
        return {}

    async def item(self, trial: Trial, key: str) -> PutItem:
        """A put under a lease of its own, the only one there is."""
        lease = await trial.at.catalog.lease_blobs(
            placement="default", holder=values.IDS.uuid7(), count=2, lasting=timedelta(hours=1)
        )
        return replace(trial.at, names=iter(lease)).item(key)

    async def wrongs(self, trial: Trial, item: PutItem, outcome: Any) -> Findings:
        """Whether the put was refused as it should be, and its name became what the put was told, once all leases have ended."""
        if name(outcome) not in ("Committed", "LeaseExpired", "CatalogBusy"):
            return ["put failed"]
        await trial.garbage.condemn_abandoned(margin=RUN_OUT, limit=10)
        [blob] = [blob.id for blob in item.blobs]
        is_condemned = blob in {each.blob for each in await trial.garbage.due({"default"}, limit=1000)}
        is_live = blob in await trial.at.evidence.live()
        told = isinstance(outcome, Committed)
        return [] if (is_live, is_condemned) == (told, not told) else ["told otherwise"]


@pytest.mark.every_postgres
class TestPutAndResolve(Interleaved):
    """Somebody asks what became of a put that is still under way."""

    @pytest.mark.parametrize("gives_up", [False, True], ids=["put commits", "put gives up"])
    async def test_a_no_is_final_and_a_yes_is_true(self, trial: Trial, gives_up: bool) -> None:
        assert await self.harm(trial, gives_up=gives_up) == {}
        assert trial.outcomes == {"NoneType", "CatalogUnavailable", "CatalogBusy" if gives_up else "Committed"}

    async def test_a_look_that_does_not_wait_is_caught(self, trial: Trial) -> None:
        [found] = (await self.harm(trial, resolve={"void_operation": LOOK_FOR_OPERATION})).values()
        assert found == ["told otherwise"]

    async def harm(self, trial: Trial, *, resolve: Variant | None = None, gives_up: bool = False) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("p", len(ANNOUNCED_PUT)), ("r", len(RESOLVE))):
            item = trial.at.item(order)
            roles = {
                "p": Role(work=committing(item), stops=ANNOUNCED_PUT, gives_up=gives_up),
                "r": Role(work=resolving(item), stops=RESOLVE, variant=resolve or {}),
            }
            results, findings = await trial.play(order, roles)
            told = {isinstance(result, Committed) for result in results.values()}
            found = findings or ([] if told == {await trial.at.head(order) is not None} else ["told otherwise"])
            if found:
                return {order: found}
        return {}
