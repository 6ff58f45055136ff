"""When keys were last used is noted in memory, within bounds, and written out at once."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest

from buckets.errors import CatalogUnavailable
from buckets.memory.catalog import MemoryCatalog
from buckets.names import CredentialId
from buckets.service.blob_names import BlobNames
from gateway.auth import uses
from gateway.auth.login_verifier import SeenLogins
from gateway.auth.uses import Uses
from gateway.build.knowledge import in_memory
from gateway.build.work import chores
from gateway.worker.settings import WorkerSettings
from tests.factories.values import IDS, ManualClock


class Notebook(MemoryCatalog):
    """A catalog that keeps what it was told, unless it is away."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(ids=IDS, clock=clock)
        self.told: list[dict[CredentialId, datetime]] = []
        self.is_away = False

    async def note_use(self, uses: Collection[tuple[CredentialId, datetime]]) -> None:
        if self.is_away:
            raise CatalogUnavailable("a test")
        self.told.append(dict(uses))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def notebook(clock: ManualClock) -> Notebook:
    return Notebook(clock)


def number() -> CredentialId:
    return CredentialId(IDS.uuid7())


async def test_only_the_last_use_of_each_is_written(notebook: Notebook, clock: ManualClock) -> None:
    noted, (first, second) = Uses(notebook, clock), (number(), number())
    began = clock.now()
    noted.note(first)
    noted.note(second)
    clock.advance(timedelta(seconds=9))
    noted.note(first)
    await noted.write_out()
    assert notebook.told == [{first: began + timedelta(seconds=9), second: began}]


async def test_nothing_is_written_where_nothing_was_used(notebook: Notebook, clock: ManualClock) -> None:
    noted = Uses(notebook, clock)
    await noted.write_out()
    noted.note(number())
    await noted.write_out()
    await noted.write_out()
    assert len(notebook.told) == 1


async def test_what_could_not_be_written_is_written_the_next_time(notebook: Notebook, clock: ManualClock) -> None:
    noted, (first, second) = Uses(notebook, clock), (number(), number())
    noted.note(first)
    notebook.is_away = True
    with pytest.raises(CatalogUnavailable):
        await noted.write_out()
    notebook.is_away = False
    noted.note(second)
    await noted.write_out()
    assert notebook.told[0].keys() == {first, second}


async def test_no_more_is_remembered_than_there_is_room_for(
    notebook: Notebook, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "_ROOM", 5)
    noted, known = Uses(notebook, clock), [number() for _ in range(12)]
    for each in known[:6]:
        noted.note(each)
    notebook.is_away = True
    with pytest.raises(CatalogUnavailable):
        await noted.write_out()
    notebook.is_away = False
    clock.advance(timedelta(seconds=1))
    for each in known:
        noted.note(each)
    await noted.write_out()
    assert notebook.told == [dict.fromkeys(known[:5], clock.now())]


async def test_a_chore_writes_it_out_every_minute(notebook: Notebook, clock: ManualClock) -> None:
    noted, names = Uses(notebook, clock), BlobNames(notebook, clock, IDS.uuid7())
    every = chores(in_memory(notebook, clock, IDS), names, noted, SeenLogins(notebook, clock), WorkerSettings())
    [chore] = [each for each in every if "use of keys" in each.name]
    noted.note(number())
    await chore.work()
    assert chore.every == timedelta(minutes=1)
    assert len(notebook.told) == 1
