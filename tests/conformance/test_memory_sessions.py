"""Sessions in one process."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from buckets.memory.sessions import MemorySessions
from buckets.model.live_upload import ENDED_FOR, FORGOTTEN_AFTER, SILENT_AFTER, UploadState
from buckets.ports import Sessions
from tests.factories.uploads import live_upload, part, upload_id, writing
from tests.factories.values import ManualClock
from tests.suites.sessions import SessionsSuite

MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def memory(clock: ManualClock) -> MemorySessions:
    return MemorySessions(clock)


class TestMemorySessions(SessionsSuite):
    @pytest.fixture
    def processes(self, memory: MemorySessions) -> Sequence[Sessions]:
        return [memory] * 2


@pytest.mark.parametrize(
    ("state", "lasting"), [(UploadState.OPEN, FORGOTTEN_AFTER), (UploadState.DONE, ENDED_FOR), (UploadState.ABORTED, ENDED_FOR)]
)
async def test_a_session_lasts_from_its_last_change_on(
    memory: MemorySessions, clock: ManualClock, state: UploadState, lasting: timedelta
) -> None:
    await memory.keep(upload := live_upload(), [])
    clock.advance(FORGOTTEN_AFTER - MOMENT)
    await memory.advance(upload.id, state, revision=2)
    clock.advance(lasting - MOMENT)
    assert await memory.find(upload.id)
    clock.advance(MOMENT)
    assert await memory.find(upload.id) is None
    assert await memory.find_parts(upload.id) is None


async def test_what_is_over_takes_no_room(memory: MemorySessions, clock: ManualClock) -> None:
    await memory.keep(live_upload(), [part(1, 1)])
    await memory.note(upload_id(), writing())
    clock.advance(FORGOTTEN_AFTER)
    await memory.keep(kept := live_upload(), [])
    await memory.note(noted := upload_id(), writing())
    assert (set(memory._sessions), set(memory._writers)) == ({kept.id}, {noted})


async def test_a_writer_who_is_silent_is_gone(memory: MemorySessions, clock: ManualClock) -> None:
    upload, silent, heard = upload_id(), writing(), writing()
    await memory.note(upload, silent)
    clock.advance(SILENT_AFTER - MOMENT)
    await memory.note(upload, heard)
    clock.advance(MOMENT)
    assert await memory.writers(upload) == [heard]
