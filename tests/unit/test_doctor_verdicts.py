"""What a doctor makes of what was found; nobody is asked here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from buckets.catalog.steps import MigrationState, MigrationStatus
from buckets.catalog.vitals import Server
from buckets.settings import Secret
from gateway.config.problems import Problem
from gateway.doctor import configuration, database_server, secret_files
from gateway.doctor.advice import Advice
from gateway.doctor.clock import clocks
from gateway.doctor.descriptors import descriptors
from gateway.doctor.disk import Room, roomy
from gateway.doctor.finding import Finding, Status
from gateway.doctor.scanner import judged
from gateway.doctor.schema import migrations

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OK, WARNING, FAILED, SKIPPED = Status


def server(**changed: object) -> Server:
    well = {
        "number": 180001,
        "version": "18.1",
        "read_only": False,
        "synced": True,
        "awaited": True,
        "total": 100,
        "reserved": 3,
        "role_limit": -1,
        "database_limit": -1,
        "now": NOW,
    }
    return Server(**(well | changed))  # type: ignore[arg-type]  # the fields by their names


@pytest.mark.parametrize(("number", "status"), [(90600, FAILED), (140019, FAILED), (150000, OK), (180001, OK), (190000, OK)])
def test_a_server_older_than_15_is_too_old(number: int, status: Status) -> None:
    finding = database_server.version(server(number=number))
    assert (finding.status, bool(finding.remedy)) == (status, status is FAILED)


@pytest.mark.parametrize(
    ("synced", "awaited", "production", "status"),
    [
        (True, True, True, OK),
        (False, True, False, WARNING),
        (False, True, True, FAILED),
        (True, False, False, FAILED),
        (False, False, False, FAILED),
    ],
)
def test_what_an_acknowledged_commit_is_worth(*, synced: bool, awaited: bool, production: bool, status: Status) -> None:
    assert database_server.durability(server(synced=synced, awaited=awaited), production=production).status is status


@pytest.mark.parametrize(
    ("processes", "limits", "status"),
    [
        (9, {}, OK),
        (10, {}, FAILED),
        (9, {"reserved": 10}, OK),
        (9, {"reserved": 11}, FAILED),
        (2, {"role_limit": 20}, OK),
        (2, {"role_limit": 19}, FAILED),
        (2, {"database_limit": 19}, FAILED),
    ],
)
def test_all_processes_together_have_their_connections(processes: int, limits: dict[str, int], status: Status) -> None:
    assert database_server.connections(server(**limits), each=10, processes=processes).status is status


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, OK), (5, OK), (5.5, WARNING), (-5.5, WARNING), (900, WARNING), (900.5, FAILED), (-7200, FAILED)]
)
def test_how_far_a_clock_may_be_off(seconds: float, status: Status) -> None:
    assert clocks("clock", ours=NOW, theirs=NOW + timedelta(seconds=seconds)).status is status


def test_which_clock_is_ahead_is_told() -> None:
    assert clocks("clock", ours=NOW, theirs=NOW + timedelta(seconds=9)).found == "9.0 s ahead of ours"
    assert clocks("clock", ours=NOW, theirs=NOW - timedelta(seconds=9)).found == "9.0 s behind ours"


APPLIED, PENDING, CHANGED, UNKNOWN = MigrationState


@pytest.mark.parametrize(
    ("states", "status", "said"),
    [
        ([APPLIED, APPLIED], OK, "all 2"),
        ([APPLIED, PENDING, PENDING], FAILED, "0002_m, 0003_m is not applied"),
        ([PENDING, APPLIED], FAILED, "0001_m is missing below 0002"),
        ([APPLIED, CHANGED, PENDING], FAILED, "0002_m is not what was applied"),
        ([CHANGED, UNKNOWN], FAILED, "newer program"),
    ],
)
def test_a_schema_is_the_programs_own_or_none(states: list[MigrationState], status: Status, said: str) -> None:
    statuses = [
        MigrationStatus(number, "m", state, None if state is PENDING else NOW) for number, state in enumerate(states, start=1)
    ]
    finding = migrations(statuses)
    assert finding.status is status
    assert said in finding.found


MIB, GIB = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("free", "inodes_free", "inodes", "status"),
    [
        (2 * GIB, 10_000, 20_000, OK),
        (2 * GIB, 0, 0, OK),
        (GIB - 1, 10_000, 20_000, WARNING),
        (2 * GIB, 9_999, 20_000, WARNING),
        (64 * MIB - 1, 10_000, 20_000, FAILED),
        (2 * GIB, 499, 20_000, FAILED),
    ],
)
def test_how_much_room_is_enough(free: int, inodes_free: int, inodes: int, status: Status) -> None:
    assert roomy("disk", Path("/d"), Room(free=free, inodes_free=inodes_free, inodes=inodes)).status is status


@pytest.mark.parametrize(("limit", "status"), [(373, FAILED), (374, WARNING), (873, WARNING), (874, OK), (1 << 60, OK)])
def test_descriptors_for_what_is_behind_and_for_who_asks(limit: int, status: Status) -> None:
    finding = descriptors(limit, inside=310, requests=500)
    assert finding.status is status
    assert "ulimit -n 1024" in finding.remedy or status is OK


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        (["ClamAV 1.4.3/27830/Sat Nov 28 09:00:00 2026", None], OK, "1.4.3, signatures 27830 of Sat Nov 28 09:00:00 2026"),
        ([None, "ClamAV 1.0.9"], OK, "1.0.9, without signatures"),
        (["", "ClamAV 1.0.9"], OK, "1.0.9"),
        ([None, None], WARNING, "no clamd"),
        ([None, ""], WARNING, "does not answer"),
        (["SSH-2.0-OpenSSH"], WARNING, "does not answer"),
    ],
)
def test_what_objects_are_called_without_a_scanner(answers: list[str | None], status: Status, said: str) -> None:
    finding = judged(answers, patience=2.0, installed=False)
    assert (finding.status, bool(finding.remedy)) == (status, status is not OK)
    assert said in finding.found
    assert "unscanned" in finding.found


def test_a_scanner_that_is_installed_only_wants_to_be_started() -> None:
    finding = judged([None], patience=2.0, installed=True)
    assert finding.status is WARNING
    assert "does not run" in finding.found


@pytest.mark.parametrize(
    ("mode", "status"), [(0o600, OK), (0o400, OK), (0o440, OK), (0o640, OK), (0o660, WARNING), (0o604, FAILED), (0o602, FAILED)]
)
def test_who_may_read_a_secret(tmp_path: Path, mode: int, status: Status) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(mode)
    finding = secret_files.modes([secret, tmp_path / "gone"])
    assert finding.status is status
    assert (str(secret) in finding.remedy) is (status is not OK)


def test_no_secret_in_a_file_is_no_secret_to_look_at() -> None:
    assert secret_files.modes([]).status is SKIPPED


@pytest.mark.parametrize(("key", "status"), [("", FAILED), ("A" * 43 + "=", OK), ("A" * 44, FAILED), ("canary" * 7 + "!!", FAILED)])
def test_a_seal_key_is_32_bytes(key: str, status: Status) -> None:
    finding = configuration.seal_key(Secret(key))
    assert finding.status is status
    assert "canary" not in str(finding)


def test_each_problem_of_the_settings_is_a_line_of_its_own() -> None:
    problems = [Problem("store.kind is wrong.", ("store.kind",)), Problem("There is no file.")]
    assert [(each.status, each.found) for each in configuration.read(problems, environment="test")] == [
        (FAILED, "store.kind is wrong"),
        (FAILED, "There is no file"),
    ]
    assert configuration.broken_sections([*problems, Problem("x", ("workers", "edge.port"))]) == {"store", "edge"}
    assert [each.status for each in configuration.read([], environment="test")] == [OK]


def test_who_has_a_trial_is_told_to_start_it() -> None:
    advice = Advice.trial(Path("/srv/my data"))
    assert {advice.database, advice.sessions, advice.store} == {advice.prepare}
    assert "seawall up --data '/srv/my data'" in advice.database


def test_a_finding_that_is_well_has_no_remedy() -> None:
    assert Finding("a", OK, "b").remedy == ""
