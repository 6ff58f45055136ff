"""What every implementation of `Sessions` promises."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buckets.model.live_upload import ENDED, UploadState
from buckets.ports import Sessions
from tests.factories.uploads import History, live_upload, part, upload_id, writing

What: TypeAlias = tuple[int, int] | UploadState

# Each example has an upload of its own; the suite runs under several classes.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]

parts_and_states = st.one_of(st.tuples(st.integers(1, 3), st.integers(0, 9)), st.sampled_from(UploadState))
NASTY = ["a\n\r\t b", "ключ/ 🗝", '"}{":\\', " 1 2 ", "%00" * 300]


async def seen(sessions: Sessions, history: History) -> int:
    """The revision that is here, which holds what it must; 0 without any."""
    upload = await sessions.find(history.begun.id)
    parts = await sessions.find_parts(history.begun.id)
    if upload is None:
        assert parts is None
        return 0
    assert parts is not None
    history.check(upload)
    history.check_parts(parts, upload.revision)
    assert (upload.parts, upload.received) == (len(parts), sum(each.size for each in parts))
    return upload.revision


class SessionsSuite:
    """A subclass supplies the fixture `processes`: two of them that share their sessions, or the same one twice."""

    @pytest.fixture
    def sessions(self, processes: Sequence[Sessions]) -> Sessions:
        return processes[0]

    @pytest.fixture
    def history(self) -> History:
        return History()

    async def test_what_was_never_here_is_not_found(self, sessions: Sessions) -> None:
        upload = upload_id()
        assert await sessions.find(upload) is None
        assert await sessions.find_parts(upload) is None
        assert await sessions.writers(upload) == []

    @pytest.mark.parametrize("state", UploadState)
    async def test_what_is_kept_is_found_by_everybody_with_its_parts_counted(
        self, processes: Sequence[Sessions], state: UploadState
    ) -> None:
        upload, parts = live_upload(revision=7, state=state), [part(2, 3, size=10), part(10, 4, size=0), part(1, 6)]
        await processes[0].keep(upload, parts)
        for process in processes:
            assert await process.find(upload.id) == replace(upload, parts=3, received=15)
            assert await process.find_parts(upload.id) == [parts[2], parts[0], parts[1]]

    @pytest.mark.parametrize("key", NASTY)
    async def test_any_key_comes_back(self, sessions: Sessions, key: str) -> None:
        await sessions.keep(upload := live_upload(key), [])
        assert await sessions.find(upload.id) == upload

    async def test_an_upload_without_parts_has_none(self, sessions: Sessions) -> None:
        await sessions.keep(upload := live_upload(), [])
        assert await sessions.find_parts(upload.id) == []

    async def test_the_same_snapshot_may_come_again(self, sessions: Sessions) -> None:
        upload = live_upload()
        for _ in range(2):
            await sessions.keep(upload, [part(1, 1)])
        assert await sessions.find_parts(upload.id) == [part(1, 1)]

    async def test_a_newer_snapshot_takes_the_place_of_an_older_one(self, processes: Sequence[Sessions]) -> None:
        upload = live_upload(revision=3)
        await processes[0].keep(upload, [part(1, 2), part(2, 3)])
        await processes[1].keep(replace(upload, revision=4, state=UploadState.COMPLETING), [part(2, 3)])
        assert await processes[0].find_parts(upload.id) == [part(2, 3)]
        found = await processes[0].find(upload.id)
        assert found
        assert (found.revision, found.state, found.parts) == (4, UploadState.COMPLETING, 1)

    async def test_an_older_snapshot_changes_nothing(self, processes: Sequence[Sessions]) -> None:
        upload = live_upload(revision=10)
        await processes[0].keep(upload, [part(1, 10)])
        for revision in (9, 2):
            await processes[1].keep(replace(upload, revision=revision, state=UploadState.ABORTED), [part(1, 9), part(2, 8)])
        assert await processes[0].find(upload.id) == replace(upload, parts=1, received=5)
        assert await processes[0].find_parts(upload.id) == [part(1, 10)]

    @pytest.mark.parametrize("ended", sorted(ENDED))
    async def test_an_end_outlives_what_was_seen_before_it(self, sessions: Sessions, history: History, ended: UploadState) -> None:
        before = history.at(history.revision)
        await sessions.keep(*before)
        change, revision = history.acknowledge(ended)
        await sessions.advance(history.begun.id, change, revision=revision)
        await sessions.keep(*before)
        found = await sessions.find(history.begun.id)
        assert found
        assert found.state is ended

    async def test_what_is_older_than_asked_for_is_not_found(self, sessions: Sessions) -> None:
        await sessions.keep(upload := live_upload(revision=3), [part(1, 3)])
        assert await sessions.find(upload.id, at_least=3)
        assert await sessions.find_parts(upload.id, at_least=3)
        assert await sessions.find(upload.id, at_least=4) is None
        assert await sessions.find_parts(upload.id, at_least=4) is None

    async def test_changes_one_after_the_other_are_taken_in(self, processes: Sequence[Sessions], history: History) -> None:
        await processes[0].keep(*history.at(1))
        whats: list[What] = [(1, 5), (2, 7), (1, 3), UploadState.COMPLETING]
        for process, what in zip(cycle(processes), whats):
            change, revision = history.acknowledge(what)
            await process.advance(history.begun.id, change, revision=revision)
            assert await process.find(history.begun.id, at_least=revision) == history.at(revision)[0]
            assert await process.find_parts(history.begun.id, at_least=revision) == history.at(revision)[1]

    async def test_a_part_that_came_again_counts_once(self, sessions: Sessions) -> None:
        await sessions.keep(upload := live_upload(revision=2), [part(1, 2, size=10)])
        await sessions.advance(upload.id, again := part(1, 3, size=4), revision=3)
        found = await sessions.find(upload.id)
        assert found
        assert (found.parts, found.received) == (1, 4)
        assert await sessions.find_parts(upload.id) == [again]

    async def test_a_change_of_what_is_not_here_is_left_to_the_truth(self, sessions: Sessions) -> None:
        upload = upload_id()
        await sessions.advance(upload, part(1, 2), revision=2)
        await sessions.advance(upload, UploadState.DONE, revision=3)
        assert await sessions.find(upload) is None
        assert await sessions.find_parts(upload) is None

    async def test_a_gap_keeps_the_revision_back_until_it_is_filled(self, sessions: Sessions, history: History) -> None:
        await sessions.keep(*history.at(1))
        changes = [history.acknowledge((number, 5)) for number in (1, 2, 3)]
        for (change, revision), reached in zip(reversed(changes), [1, 1, 4], strict=True):
            await sessions.advance(history.begun.id, change, revision=revision)
            assert await seen(sessions, history) == reached

    async def test_a_change_that_was_lost_is_made_up_for_by_a_snapshot(self, sessions: Sessions, history: History) -> None:
        await sessions.keep(*history.at(1))
        history.acknowledge((1, 5))
        change, revision = history.acknowledge((2, 5))
        await sessions.advance(history.begun.id, change, revision=revision)
        assert await sessions.find(history.begun.id, at_least=2) is None
        await sessions.keep(*history.at(3))
        assert await sessions.find(history.begun.id, at_least=3) == history.at(3)[0]

    async def test_a_state_that_comes_late_does_not_take_the_place_of_a_later_one(
        self, sessions: Sessions, history: History
    ) -> None:
        await sessions.keep(*history.at(1))
        changes = [history.acknowledge(state) for state in (UploadState.COMPLETING, UploadState.DONE)]
        for change, revision in reversed(changes):
            await sessions.advance(history.begun.id, change, revision=revision)
        assert await sessions.find(history.begun.id) == history.at(3)[0]

    async def test_uploads_have_nothing_to_do_with_each_other(self, sessions: Sessions) -> None:
        one, other = live_upload(), live_upload()
        await sessions.keep(one, [])
        await sessions.keep(other, [])
        await sessions.advance(one.id, part(1, 2), revision=2)
        await sessions.note(one.id, writing())
        assert await sessions.find(other.id) == other
        assert await sessions.find_parts(other.id) == []
        assert await sessions.writers(other.id) == []

    async def test_parts_that_come_at_once_through_several_processes_are_all_there(
        self, processes: Sequence[Sessions], history: History
    ) -> None:
        await processes[0].keep(*history.at(1))
        changes = [history.acknowledge((number % 30 + 1, number)) for number in range(60)]
        advances = [
            process.advance(history.begun.id, change, revision=revision)
            for process, (change, revision) in zip(cycle(processes), changes)
        ]
        await asyncio.gather(*advances)
        for process in processes:
            assert await process.find(history.begun.id, at_least=61) == history.at(61)[0]
            assert await process.find_parts(history.begun.id, at_least=61) == history.at(61)[1]

    async def test_as_many_parts_as_there_can_be_come_back(self, sessions: Sessions) -> None:
        parts = [part(number, number, size=5 << 30) for number in range(1, 10_001)]
        await sessions.keep(upload := live_upload(revision=10_000), parts)
        found = await sessions.find(upload.id)
        assert found
        assert (found.parts, found.received) == (10_000, 50_000 << 30)
        assert await sessions.find_parts(upload.id) == parts

    @settings(max_examples=60, suppress_health_check=SHARED)
    @given(whats=st.lists(parts_and_states, max_size=8), data=st.data())
    async def test_in_whatever_order_they_come_what_is_here_is_never_less_than_it_says(
        self, processes: Sequence[Sessions], whats: list[What], data: st.DataObject
    ) -> None:
        history = History()
        for what in whats:
            history.acknowledge(what)
        for process, (is_snapshot, revision) in zip(cycle(processes), data.draw(arrivals(history))):
            await arrive(process, history, revision, is_snapshot=is_snapshot)
            await seen(process, history)

    @settings(max_examples=30, suppress_health_check=SHARED)
    @given(whats=st.lists(parts_and_states, max_size=8), data=st.data())
    async def test_in_whatever_order_they_come_all_of_them_make_up_the_truth(
        self, processes: Sequence[Sessions], whats: list[What], data: st.DataObject
    ) -> None:
        history = History()
        for what in whats:
            history.acknowledge(what)
        await processes[0].keep(*history.at(1))
        for process, revision in zip(cycle(processes), data.draw(st.permutations(range(2, history.revision + 1)))):
            await arrive(process, history, revision, is_snapshot=False)
        assert await processes[0].find(history.begun.id) == history.at(history.revision)[0]
        assert await processes[1].find_parts(history.begun.id) == history.at(history.revision)[1]

    async def test_a_snapshot_does_not_count_what_came_ahead_of_it_and_is_not_in_it(self, sessions: Sessions) -> None:
        history = History()
        for what in ((1, 5), (2, 5), UploadState.COMPLETING):
            history.acknowledge(what)
        for revision, is_snapshot in ((1, True), (4, False), (2, True), (3, False)):
            await arrive(sessions, history, revision, is_snapshot=is_snapshot)
        assert await sessions.find(history.begun.id) == history.at(3)[0]
        assert await sessions.find_parts(history.begun.id) == history.at(3)[1]

    async def test_who_writes_is_known_to_everybody_until_they_have_ended(self, processes: Sequence[Sessions]) -> None:
        upload, writings = upload_id(), [writing(1, 100, 0.5), writing(2, 0, 0.0)]
        for process, each in zip(processes, writings, strict=True):
            await process.note(upload, each)
        assert await processes[0].writers(upload) == writings
        assert [each.rate for each in writings] == [200.0, 0.0]
        await processes[1].forget(upload, writings[0].request)
        assert await processes[0].writers(upload) == writings[1:]

    async def test_a_writer_that_has_come_further_is_there_once(self, sessions: Sessions) -> None:
        upload, one = upload_id(), writing(1, 100, 0.5)
        for further in (one, replace(one, received=300, seconds=1.5)):
            await sessions.note(upload, further)
            assert await sessions.writers(upload) == [further]

    async def test_a_request_that_nobody_heard_of_can_be_forgotten(self, sessions: Sessions) -> None:
        upload = upload_id()
        await sessions.forget(upload, writing().request)
        assert await sessions.writers(upload) == []


def arrivals(history: History) -> st.SearchStrategy[list[tuple[bool, int]]]:
    """Snapshots and changes, some of them again and some never."""
    return st.lists(st.tuples(st.booleans(), st.integers(1, history.revision)), min_size=1, max_size=15)


async def arrive(sessions: Sessions, history: History, revision: int, *, is_snapshot: bool) -> None:
    if is_snapshot:
        await sessions.keep(*history.at(revision))
    elif revision > 1:
        await sessions.advance(history.begun.id, history.change(revision), revision=revision)
