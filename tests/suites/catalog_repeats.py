"""What every catalog promises about writes that are repeated, and about writes whose outcome nobody knows."""

from dataclasses import replace
from typing import Any

import pytest

from buckets.errors import (
    CatalogUnavailable,
    IdempotencyKeyReused,
    LeaseExpired,
    NoSuchBucket,
    NoSuchObject,
    NoSuchVersion,
    Overtaken,
    PreconditionFailed,
    SourceMoved,
    StorageError,
)
from buckets.model.bucket import Versioning, Visibility
from buckets.model.commit import CommitItem, Committed, Condition, Deleted, Idempotency, Refused
from buckets.names import BlobId
from tests.factories import values
from tests.fixtures.evidence import Used
from tests.suites.catalog_stage import Stage, Staged


class RepeatSuite(Staged):
    """Idempotency keys and `resolve`."""

    async def test_a_write_repeated_by_its_name_is_answered_as_before(self, at: Stage) -> None:
        head = await at.put(at.named(at.item("k", b"12345")))
        again = at.named(at.item("k", b"12345"))
        assert await at.commit(again) == Committed(head, replayed=True)

    async def test_a_repeated_write_is_charged_recorded_and_announced_once(self, at: Stage) -> None:
        at = await at.keeping(Versioning.ENABLED)
        head = await at.put(at.named(at.item("k", b"12345")))
        await at.commit(at.named(at.item("k", b"12345")))
        assert [kept.id for kept in await at.kept("k")] == [head.version]
        assert await at.used() == Used(5, 1)
        assert [line.version for line in await at.evidence.audited()] == [head.version]
        assert await at.evidence.announced() == {head.version}
        assert len(await at.evidence.live()) == 1

    async def test_the_first_answer_stands_whatever_became_of_the_object(self, at: Stage) -> None:
        head = await at.put(at.named(at.item("k")))
        await at.put(at.item("k", b"newer"))
        await at.delete(at.removal("k"))
        assert await at.commit(at.named(at.item("k"))) == Committed(head, replayed=True)
        assert await at.head("k") is None

    async def test_the_first_answer_stands_before_any_condition(self, at: Stage) -> None:
        created = Condition(absent=True)
        head = await at.put(at.named(at.item("k", condition=created)))
        assert await at.commit(at.named(at.item("k", condition=created))) == Committed(head, replayed=True)

    async def test_a_name_used_for_another_write_is_refused(self, at: Stage) -> None:
        head = await at.put(at.named(at.item("k")))
        another = at.named(at.item("k", b"other"), fingerprint=b"g")
        assert isinstance(await at.refusal(another), IdempotencyKeyReused)
        assert await at.head("k") == head
        assert await at.used() == Used(4, 1)

    async def test_names_of_writes_are_their_owners_own(self, at: Stage) -> None:
        mine = await at.put(at.named(at.item("mine")))
        theirs = await at.put(at.named(at.item("theirs", owner=at.other), fingerprint=b"g"))
        assert (await at.current("mine"), await at.current("theirs")) == (mine.version, theirs.version)

    async def test_a_repeat_is_answered_with_the_name_of_the_first_time(self, at: Stage) -> None:
        """Who makes names up makes up another one the second time."""
        head = await at.put(at.named(at.item("made-up-1")))
        assert await at.commit(at.named(at.item("made-up-2"))) == Committed(head, replayed=True)
        assert await at.head("made-up-2") is None

    async def test_a_repeat_is_answered_with_all_that_was_true_the_first_time(self, at: Stage) -> None:
        """Also where it says otherwise itself, as a copy does whose source has changed."""
        first, second = at.item("first", b"1"), at.item("second", b"22")
        await at.catalog.commit([first, second])
        words: dict[str, Any] = {"headers": {"cache-control": "no-store"}, "metadata": {"a": "\u00e9\U0001f600"}, "filename": "f"}
        both = at.named(at.copy(first, second, key="k"))
        head = await at.put(replace(both, content=replace(both.content, **words), visibility=Visibility.PUBLIC))
        again = at.named(at.copy(second, key="k"))
        assert await at.commit(again) == Committed(head, replayed=True)
        assert await at.catalog.find_answer(again.writer, Idempotency("once", b"f" * 32)) == head

    async def test_an_answer_can_be_asked_for_by_itself(self, at: Stage) -> None:
        item = at.named(at.item("k"))
        head = await at.put(item)
        await at.delete(at.removal("k"))
        assert await at.catalog.find_answer(item.writer, Idempotency("once", b"f" * 32)) == head
        assert await at.catalog.find_answer(item.writer, Idempotency("never", b"f" * 32)) is None
        assert await at.catalog.find_answer((at.other.account, at.other.id), Idempotency("once", b"f" * 32)) is None
        with pytest.raises(IdempotencyKeyReused):
            await at.catalog.find_answer(item.writer, Idempotency("once", b"g" * 32))

    async def test_a_refused_write_leaves_its_name_free(self, at: Stage) -> None:
        await at.put(at.item("k"))
        assert isinstance(await at.refusal(at.named(at.item("k", condition=Condition(absent=True)))), PreconditionFailed)
        await at.put(at.named(at.item("l"), fingerprint=b"g"))

    async def test_repeats_in_a_group_leave_their_neighbours_alone(self, at: Stage) -> None:
        head = await at.put(at.named(at.item("k")))
        fresh, again, reused = at.item("l"), at.named(at.item("k")), at.item("m")
        outcomes = await at.catalog.commit([fresh, again, reused])
        assert [type(outcome) for outcome in outcomes] == [Committed] * 3
        assert outcomes[1] == Committed(head, replayed=True)

    async def test_a_committed_put_is_resolved_to_its_outcome(self, at: Stage) -> None:
        item = at.item("k")
        outcome = await at.commit(item)
        await at.put(at.item("k", b"newer"))
        assert await at.catalog.resolve(item) == outcome

    @pytest.mark.parametrize("versioning", Versioning)
    async def test_a_committed_delete_is_resolved_to_its_outcome(self, at: Stage, versioning: Versioning) -> None:
        at = await at.keeping(versioning)
        await at.put(at.item("k"))
        removal = at.removal("k")
        outcome = await at.commit(removal)
        await at.put(at.item("k", b"newer"))
        assert await at.catalog.resolve(removal) == outcome

    async def test_what_was_never_carried_out_is_resolved_to_nothing(self, at: Stage) -> None:
        assert await at.catalog.resolve(at.item("k")) is None
        assert await at.catalog.resolve(at.removal("k")) is None
        assert await at.evidence.announced() == set()

    async def test_a_refusal_is_resolved_to_itself(self, at: Stage) -> None:
        for item, reason in await self._refused(at):
            outcome = await at.commit(item)
            assert isinstance(outcome, Refused)
            assert isinstance(outcome.reason, reason)
            again = await at.catalog.resolve(item)
            assert isinstance(again, Refused)
            assert (type(again.reason), vars(again.reason)) == (reason, vars(outcome.reason))

    async def test_a_delete_that_changed_nothing_is_resolved_to_its_outcome(self, at: Stage) -> None:
        removal = at.removal("never")
        assert await at.commit(removal) == Deleted()
        assert await at.catalog.resolve(removal) == Deleted()

    async def test_what_was_refused_or_changed_nothing_is_not_looked_at_again(self, at: Stage) -> None:
        for item in [at.removal("never"), *(item for item, _ in await self._refused(at))]:
            outcome = await at.commit(item)
            with pytest.raises(CatalogUnavailable):
                await at.commit(item)
            assert type(await at.catalog.resolve(item)) is type(outcome)
        audited = [line.operation for line in await at.evidence.audited()]
        assert len(audited) == len(set(audited))

    async def test_what_was_refused_or_changed_nothing_is_told_to_nobody(self, at: Stage) -> None:
        there = at.item("k")
        await at.put(there)
        await at.delete(at.removal("never"))
        await at.refusal(at.item("k", condition=Condition(absent=True)))
        assert await at.evidence.announced() == {there.operation}

    async def _refused(self, at: Stage) -> list[tuple[CommitItem, type[StorageError]]]:
        """Writes that lose, for all reasons that there are."""
        head = await at.put(at.named(at.item('k\u00e9"\U0001f600')))
        late = replace(at.item("late"), blobs=[values.blob(BlobId(values.IDS.uuid7()), at.owner, 4)])
        elsewhere = await at.another_bucket()
        await at.catalog.delete_bucket(elsewhere, origin=values.origin(at.owner))
        return [
            (at.item(head.key, condition=Condition(absent=True)), PreconditionFailed),
            (at.removal("absent", condition=Condition(present=True)), NoSuchObject),
            (at.item(head.key, condition=Condition(seq=head.seq + 1)), Overtaken),
            (at.edit(replace(head, seq=7)), Overtaken),
            (await at.restoration(head), NoSuchVersion),
            (at.copy(at.item("never"), key="copy"), SourceMoved),
            (late, LeaseExpired),
            (at.named(at.item("other"), fingerprint=b"g"), IdempotencyKeyReused),
            (at.item("k", bucket=elsewhere), NoSuchBucket),
        ]

    async def test_a_write_that_was_resolved_to_nothing_is_never_carried_out(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        for item in (at.item("k", b"newer"), at.removal("k")):
            assert await at.catalog.resolve(item) is None
            with pytest.raises(CatalogUnavailable):
                await at.commit(item)
            assert await at.catalog.resolve(item) is None
        assert await at.head("k") == head
        assert await at.used() == Used(4, 1)

    async def test_the_same_write_under_a_new_operation_is_carried_out(self, at: Stage) -> None:
        item = at.item("k")
        assert await at.catalog.resolve(item) is None
        again = replace(item, operation=values.IDS.uuid7())
        await at.put(again)
        assert await at.current("k") == again.version

    async def test_a_write_is_carried_out_once(self, at: Stage) -> None:
        item = at.item("k")
        outcome = await at.commit(item)
        with pytest.raises(CatalogUnavailable):
            await at.commit(item)
        assert await at.catalog.resolve(item) == outcome
        assert await at.used() == Used(4, 1)

    async def test_a_write_that_must_not_be_carried_out_takes_its_group_down(self, at: Stage) -> None:
        voided, neighbour = at.item("k"), at.item("l")
        await at.catalog.resolve(voided)
        with pytest.raises(CatalogUnavailable):
            await at.catalog.commit([neighbour, voided])
        assert await at.head("l") is None
        assert await at.used() == Used()
        assert await at.evidence.audited() == []
        await at.put(neighbour)
