"""The whole stack dies at each phase of each operation: what was acknowledged is there, what was not is wholly old or wholly new.

Real processes over one data directory. Each test crashes one of them and looks at what a plain `seawall up` makes of the remains;
then all that is not needed is swept away, and what was acknowledged by any test so far is still there.
"""

import asyncio
from pathlib import Path

import pytest

from buckets.ports import Phase
from tests.factories.bodies import KIB, noise
from tests.faults.depot import Depot, DiskDepot, WeedDepot
from tests.faults.installation import Installation, Stored, unanswered
from tests.faults.sweeping import abandon

# The first lies in SeaweedFS in two pieces.
OLD = Stored(body=noise(70_000), metadata={"side": "front", "maker": "somebody"})
NEW = Stored(body=noise(50_000), content_type="image/png", metadata={"side": "back"})
WRITE = [Phase.RECEIVE, Phase.STORED, Phase.COMMIT, Phase.COMMITTED]

# A store, a way to die, and a kind of bucket: one forgets what is overwritten, the other keeps it.
WAYS = [("disk", "exit", "avatars"), ("disk", "kill", "documents"), ("seaweedfs", "kill", "avatars")]
pytestmark = pytest.mark.parametrize(
    ("installation", "mode", "bucket"),
    WAYS,
    ids=[f"{store}-{mode}" for store, mode, _ in WAYS],
    indirect=["installation"],
    scope="module",
)


@pytest.fixture(scope="module")
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    data = tmp_path_factory.mktemp("crash") / "data"
    return Installation(data, _depot(request, data))


def _depot(request: pytest.FixtureRequest, data: Path) -> Depot:
    if request.param == "disk":
        return DiskDepot(data / "blobs")
    return WeedDepot(request.getfixturevalue("weed_server"), bucket="crashes", piece_bytes=64 * KIB)


@pytest.mark.parametrize("phase", WRITE)
def test_a_first_put_that_crashes_is_there_wholly_or_not_at_all(
    installation: Installation, phase: Phase, mode: str, bucket: str
) -> None:
    name = f"{bucket}/put-{phase}"
    with installation.doomed("put", phase, mode) as doomed:
        doomed.arm()
        wire = doomed.send("PUT", name, NEW)
        doomed.has_died()
        assert unanswered(wire)

    with installation.recovered() as surface:
        surface.assert_reads(name, NEW if phase is Phase.COMMITTED else None)
        surface.put(name, NEW)
        installation.acknowledge({name: NEW}, on=surface)
        installation.sweep(on=surface)


@pytest.mark.parametrize("phase", WRITE)
def test_an_overwrite_that_crashes_leaves_the_old_or_the_new(
    installation: Installation, phase: Phase, mode: str, bucket: str
) -> None:
    name = f"{bucket}/overwrite-{phase}"
    with installation.doomed("put", phase, mode) as doomed:
        doomed.put(name, OLD)
        doomed.arm()
        wire = doomed.send("PUT", name, NEW)
        doomed.has_died()
        assert unanswered(wire)

    with installation.recovered() as surface:
        surface.assert_reads(name, NEW if phase is Phase.COMMITTED else OLD)
        surface.put(name, NEW)
        installation.acknowledge({name: NEW}, on=surface)
        installation.sweep(on=surface)


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.COMMITTED])
def test_a_delete_that_crashes_leaves_the_old_or_nothing(installation: Installation, phase: Phase, mode: str, bucket: str) -> None:
    name = f"{bucket}/delete-{phase}"
    with installation.doomed("delete", phase, mode) as doomed:
        doomed.put(name, OLD)
        doomed.arm()
        wire = doomed.send("DELETE", name)
        doomed.has_died()
        assert unanswered(wire)

    with installation.recovered() as surface:
        surface.assert_reads(name, None if phase is Phase.COMMITTED else OLD)
        assert surface.ask("DELETE", name).status == 204
        installation.acknowledge({name: None}, on=surface)
        installation.sweep(on=surface)


def test_a_crash_amid_many_writes_takes_none_that_was_acknowledged(installation: Installation, mode: str, bucket: str) -> None:
    """Half of them replace something."""
    names = [f"{bucket}/many-{number}" for number in range(24)]
    with installation.doomed("put", Phase.COMMITTED, mode, number=12) as doomed:
        for name in names[::2]:
            doomed.put(name, OLD)
        doomed.arm()
        wires = [doomed.send("PUT", name, NEW) for name in names]
        doomed.has_died()
        done = {name for name, wire in zip(names, wires, strict=True) if not unanswered(wire)}
    assert len(done) < 12

    with installation.recovered() as surface:
        for number, name in enumerate(names):
            if name in done or surface.ask("HEAD", name).headers.get("etag") == NEW.etag:
                surface.assert_reads(name, NEW)
            else:
                surface.assert_reads(name, None if number % 2 else OLD)
            surface.put(name, NEW)
        installation.acknowledge(dict.fromkeys(names, NEW), on=surface)
        installation.sweep(on=surface)


@pytest.mark.parametrize("phase", [Phase.CONDEMNED, Phase.ERASED])
def test_a_sweep_that_crashes_takes_nothing_that_is_needed_and_leaves_the_rest_to_the_next(
    installation: Installation, phase: Phase, mode: str, bucket: str
) -> None:
    """There is something to take: what was overwritten, where it is not kept, and bytes that were stored and then refused."""
    name = f"{bucket}/swept-{phase}"
    with installation.doomed("sweep", phase, mode) as doomed:
        for stored in (OLD, NEW):
            doomed.put(name, stored)
        assert doomed.ask("PUT", name, OLD, **{"if-none-match": "*"}).status == 412
        doomed.arm()
        asyncio.run(abandon(installation.dsn))
        doomed.has_died()

    with installation.recovered() as surface:
        installation.acknowledge({name: NEW}, on=surface)
        installation.sweep(on=surface)
