"""Files here: which are sent under which names, what they are taken for, and how received ones get theirs."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.client.errors import Failure
from gateway.cli.client.putting import files
from gateway.cli.client.sink import kept
from gateway.cli.client.upload import guessed_type
from gateway.cli.get import get
from gateway.cli.put import put
from gateway.cli.rm import rm


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "photos"
    (top / "2026").mkdir(parents=True)
    for name in ("b.jpg", "a.jpg", "2026/c d.jpg"):
        (top / name).write_bytes(b"x")
    return top


def names_in(directory: Path) -> list[str]:
    return [each.name for each in directory.iterdir()]


class TestDirectories:
    def test_a_directory_keeps_its_name(self, tree: Path) -> None:
        assert [sent.name for sent in files(str(tree))] == ["photos/a.jpg", "photos/b.jpg", "photos/2026/c d.jpg"]

    def test_behind_a_slash_it_does_not(self, tree: Path) -> None:
        assert [sent.name for sent in files(f"{tree}/")] == ["a.jpg", "b.jpg", "2026/c d.jpg"]
        assert [sent.name for sent in files(f"{tree}/.")] == ["a.jpg", "b.jpg", "2026/c d.jpg"]

    def test_a_file_has_its_own(self, tree: Path) -> None:
        assert [sent.name for sent in files(str(tree / "a.jpg"))] == ["a.jpg"]

    def test_links_to_directories_are_not_followed_and_those_to_nothing_are_told(self, tree: Path) -> None:
        (tree / "round").symlink_to(tree)
        (tree / "nowhere").symlink_to(tree / "none")
        (tree / "same").symlink_to(tree / "a.jpg")
        os.mkfifo(tree / "pipe")
        names = [sent.name for sent in files(f"{tree}/")]
        assert names == ["a.jpg", "b.jpg", "nowhere", "same", "2026/c d.jpg"]

    def test_what_cannot_be_listed_is_a_failure(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        scandir = os.scandir

        def closed(path: str) -> object:
            if str(path).endswith("2026"):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", closed)
        failures = [sent.failure for sent in files(str(tree)) if sent.failure]
        assert [str(failure) for failure in failures] == ["it cannot be listed: Permission denied"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain"),
        ("x/y.PNG", "image/png"),
        ("a.tar.gz", "application/gzip"),
        ("data:text/html,x", "application/octet-stream"),
        ("a?b#c.json", "application/json"),
        ("none", "application/octet-stream"),
        ("\udcff.pdf", "application/pdf"),
    ],
)
def test_a_type_is_guessed_by_the_name(name: str, kind: str) -> None:
    assert guessed_type(name) == kind


class TestKept:
    async def test_a_file_appears_when_it_is_whole(self, tmp_path: Path) -> None:
        async with kept(tmp_path / "a", force=False) as sink:
            await sink.write(b"by")
            assert not (tmp_path / "a").exists()
            await sink.write(b"tes")
        assert (tmp_path / "a").read_bytes() == b"bytes"
        assert names_in(tmp_path) == ["a"]

    async def test_what_fails_leaves_nothing(self, tmp_path: Path) -> None:
        async def fail() -> None:
            async with kept(tmp_path / "a", force=False) as sink:
                await sink.write(b"by")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert names_in(tmp_path) == []

    async def test_a_name_that_is_taken_meanwhile_stays_whose_it_is(self, tmp_path: Path) -> None:
        async def race() -> None:
            async with kept(tmp_path / "a", force=False) as sink:
                await sink.write(b"mine")
                (tmp_path / "a").write_bytes(b"theirs")

        with pytest.raises(Failure, match="exists already"):
            await race()
        assert (tmp_path / "a").read_bytes() == b"theirs"
        assert names_in(tmp_path) == ["a"]

    async def test_a_link_is_taken_for_a_name_and_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(Failure, match="exists already"):
            async with kept(tmp_path / "a", force=False):
                pass
        async with kept(tmp_path / "a", force=True) as sink:
            await sink.write(b"x")
        assert not (tmp_path / "a").is_symlink()
        assert not (tmp_path / "elsewhere").exists()

    async def test_it_may_be_read_by_whom_the_mask_lets(self, tmp_path: Path) -> None:
        mask = os.umask(0o027)
        try:
            async with kept(tmp_path / "a", force=False):
                pass
        finally:
            os.umask(mask)
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


class TestUsage:
    """What cannot be meant is refused before anything is sent: there is no service here."""

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["a.jpg", "b.jpg", "documents/key"], "documents/key/"),
            (["2026", "documents/"], "--recursive"),
            (["-", "documents/"], "write its key"),
            (["-", "a.jpg", "documents/x/"], "no other file"),
            (["a.jpg", "./a.jpg", "documents/x/"], "one name"),
            (["none", "documents/"], "does not exist"),
            (["a.jpg", "./b.jpg"], "bucket/key"),
            (["a.jpg", "documents", "--meta", "x"], "NAME=VALUE"),
            (["a.jpg", "documents", "--meta", "a b=c"], "--meta"),
            (["a.jpg", "documents", "--meta", "a=b\nc"], "--meta"),
            (["a.jpg", "documents", "--tag", "a=<>"], "--tag"),
        ],
    )
    def test_of_put(self, arguments: list[str], reason: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tree)
        done = CliRunner().invoke(put, [*arguments, "--api-key", "sw_key", "--endpoint", "http://127.0.0.1:1"])
        assert done.exit_code == 2
        assert reason in done.output

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["documents"], "--recursive"),
            (["documents/a", "-", "--json"], "nothing beside"),
            (["-r", "documents/a", "-"], "one object"),
        ],
    )
    def test_of_get(self, arguments: list[str], reason: str) -> None:
        done = CliRunner().invoke(get, [*arguments, "--api-key", "sw_key", "--endpoint", "http://127.0.0.1:1"])
        assert done.exit_code == 2
        assert reason in done.output

    @pytest.mark.parametrize(("arguments", "reason"), [(["documents"], "--recursive"), (["-r", "documents/a"], "--yes")])
    def test_of_rm(self, arguments: list[str], reason: str) -> None:
        done = CliRunner().invoke(rm, [*arguments, "--api-key", "sw_key", "--endpoint", "http://127.0.0.1:1"])
        assert done.exit_code == 2
        assert reason in done.output
