"""What is said of a lone SeaweedFS before anybody starts it."""

import hashlib
import json
import socket
from itertools import count
from pathlib import Path

import pytest

from buckets.errors import BrokenSetting
from seaweedfs.launch import LoneWeed, find_weed


class Entropy:
    """Never the same twice, always the same in the next run."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._turn = count()

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_256(f"{self._seed}{next(self._turn)}".encode()).digest(size)


@pytest.fixture
def weed(tmp_path: Path) -> LoneWeed:
    weed = LoneWeed(directory=tmp_path / "weed", binary=Path("/opt/weed"), entropy=Entropy(str(tmp_path)))
    weed.prepare()
    return weed


def test_nobody_else_may_read_what_it_is_told(weed: LoneWeed) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in [weed.directory, *weed.directory.iterdir()]}
    assert modes == {"weed": 0o700, "data": 0o700, "s3.json": 0o600, "ports.json": 0o600}


def test_the_secret_is_on_no_command_line(weed: LoneWeed) -> None:
    assert len(weed.secret_key.reveal()) == 48
    assert weed.secret_key.reveal() not in " ".join(weed.command())
    assert weed.secret_key.reveal() not in repr(weed)


def test_what_is_there_is_kept(weed: LoneWeed) -> None:
    again = LoneWeed(directory=weed.directory, binary=weed.binary, entropy=Entropy("other"))
    again.prepare()
    assert (again.endpoint, again.access_key, again.secret_key) == (weed.endpoint, weed.access_key, weed.secret_key)
    assert list(again.command()) == list(weed.command())


def test_a_port_that_somebody_has_taken_is_chosen_anew(weed: LoneWeed) -> None:
    before, secret = weed.endpoint, weed.secret_key
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(before.rpartition(":")[2])))
        taken.listen()
        weed.prepare()
        assert weed.endpoint != before
    assert weed.secret_key == secret


def test_it_listens_on_loopback_only_and_calls_nobody(weed: LoneWeed) -> None:
    command = list(weed.command())
    assert {"-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-s3.autoCreateBucket=false"} <= set(command)
    ports = json.loads((weed.directory / "ports.json").read_text())
    assert len(set(ports.values())) == 8
    assert {f"-{door}={port}" for door, port in ports.items()} <= set(command)


def test_where_nobody_listens_nobody_answers(weed: LoneWeed) -> None:
    assert not weed.answers()


@pytest.mark.parametrize("name", ["s3.json", "ports.json"])
def test_a_damaged_file_is_the_operators_to_mend(weed: LoneWeed, name: str) -> None:
    (weed.directory / name).write_text("{")
    with pytest.raises(BrokenSetting, match=name):
        _ = (weed.endpoint, weed.access_key)


def test_a_program_that_is_not_installed_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_weed() is None
    (tmp_path / "weed").touch(mode=0o755)
    assert find_weed() == tmp_path / "weed"


def test_the_sockets_of_a_dead_server_are_removed_and_no_others(
    weed: LoneWeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seaweedfs.launch._SOCKETS", tmp_path)
    port = weed.endpoint.rpartition(":")[2]
    for name in (f"seaweedfs-s3-{port}.sock", f"seaweedfs-s3-{port}0.sock", f"other-{port}.sock"):
        (tmp_path / name).touch()
    weed.tidy()
    assert {path.name for path in tmp_path.glob("*.sock")} == {f"seaweedfs-s3-{port}0.sock", f"other-{port}.sock"}
