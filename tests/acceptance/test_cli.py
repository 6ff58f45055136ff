"""`seawall put|get|ls|rm|mv|cp|buckets` as somebody types them, against a stack of their own."""

import os
import random
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.acceptance.stack import PATIENCE, Stack, up
from tests.unit.cli.cutting import CuttingProxy, Fate, cutting
from tests.unit.cli.shell import Shell, typed

LARGE = 20 << 20
KEYS = [
    "a b",
    "é",
    unicodedata.normalize("NFD", "é"),
    "..",
    ".",
    "../../other/a",
    "a/../b",
    "a/./b",
    "%2F",
    "%",
    "/",
    "//",
    "/a",
    "a//b",
    "a/",
    "+",
    "?#&=;",
    "😀",
    "line\nline",
    "tab\tcr\r",
    "\\..\\a",
    "-rf",
    "x" * 1024,
    "é" * 512,
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with up(tmp_path_factory.mktemp("cli") / "data", "--memory") as stack:
        yield stack


@pytest.fixture
def shell(tmp_path: Path, stack: Stack) -> Shell:
    return Shell(tmp_path, stack)


@pytest.fixture
def bucket(shell: Shell, request: pytest.FixtureRequest) -> str:
    name = f"cli-{random.Random(request.node.nodeid).randbytes(8).hex()}"
    shell.works("buckets", "create", name)
    return name


@pytest.fixture(scope="module")
def large() -> bytes:
    return random.Random(LARGE).randbytes(LARGE)


class TestThereAndBack:
    def test_a_file_comes_back_as_it_went(self, shell: Shell, bucket: str) -> None:
        shell.file("card.png", b"\x89PNG")
        assert shell.works("put", "card.png", bucket) == f"{bucket}/card.png\n"
        (shell.directory / "card.png").unlink()
        assert shell.works("get", f"sw://{bucket}/card.png") == "card.png\n"
        assert shell.files == {"card.png": b"\x89PNG"}

    def test_hostile_names_are_names(self, shell: Shell, bucket: str) -> None:
        for key in KEYS:
            shell.file("here", key.encode())
            if key.endswith("/"):  # to the command line that is a folder
                shell.send(f"{bucket}/{quote(key)}", key.encode())
            else:
                assert shell.tells("put", "here", f"{bucket}/{key}")["key"] == key
        assert sorted(each["key"] for each in shell.lists("ls", "-r", bucket)) == sorted(KEYS)
        lines = shell.works("ls", "-r", bucket).splitlines()
        assert (len(lines), all(map(str.isprintable, lines))) == (len(KEYS), True)
        for key in KEYS:
            assert shell("get", f"{bucket}/{key}", "-").stdout == key.encode()
        shell.works("rm", *(f"{bucket}/{key}" for key in KEYS))
        assert shell.lists("ls", bucket) == []

    def test_hostile_names_become_files_of_their_own(self, shell: Shell, bucket: str) -> None:
        for key in KEYS:
            shell.send(f"{bucket}/{quote(key)}", key.encode())
        shell.works("get", "-r", bucket, "all")
        assert sorted(shell.files.values()) == sorted(key.encode() for key in KEYS)
        assert all(name.startswith("all/") and name.isprintable() for name in shell.files)
        for key in ("../../other/a", "/", "line\nline"):
            shell.works("get", f"{bucket}/{key}", "one/")
        marked = f"line_line~{sha256(b'line' + bytes([10]) + b'line').hexdigest()[:8]}"
        assert {name for name in shell.files if name.startswith("one/")} == {"one/a", "one/_", f"one/{marked}"}

    def test_several_files_go_into_a_folder(self, shell: Shell, bucket: str) -> None:
        names = ["a.txt", "b.json", "c"]
        for name in names:
            shell.file(name, name.encode())
        told = shell.lists("put", *names, f"{bucket}/in/")
        assert {each["file"]: (each["key"], each["content_type"]) for each in told} == {
            "a.txt": ("in/a.txt", "text/plain"),
            "b.json": ("in/b.json", "application/json"),
            "c": ("in/c", "application/octet-stream"),
        }
        assert sorted(each["file"] for each in shell.lists("get", "-r", f"{bucket}/in")) == [f"in/{name}" for name in names]
        assert {name: shell.files[f"in/{name}"] for name in names} == {name: name.encode() for name in names}

    def test_a_directory_goes_and_comes_with_all_that_is_in_it(self, shell: Shell, bucket: str) -> None:
        paths = ["photos/a.jpg", "photos/2026/b c.jpg", "photos/2026/november/d.jpg", *(f"photos/many/{n}" for n in range(20))]
        for path in paths:
            shell.file(path, path.encode())
        shell.works("put", "-r", "photos", bucket)
        assert [each["key"] for each in shell.lists("ls", "-r", bucket)] == sorted(paths)
        shell.works("get", "-r", f"{bucket}/photos", "back")
        shell.works("get", "-r", f"{bucket}/photos/", "bare")
        for path in paths:
            assert shell.files[path] == shell.files[f"back/{path}"] == shell.files[path.replace("photos", "bare")]

    def test_a_large_file_comes_back_as_it_went(self, shell: Shell, bucket: str, large: bytes) -> None:
        shell.file("large", large)
        told = shell.tells("put", "large", f"{bucket}/x/large")
        assert told["size"] == LARGE
        shell.works("get", f"{bucket}/x/large", "back")
        assert shell.files["back"] == large

    def test_an_empty_file_is_an_object(self, shell: Shell, bucket: str) -> None:
        shell.file("empty", b"")
        assert shell.tells("put", "empty", bucket)["size"] == 0
        assert shell.tells("get", f"{bucket}/empty", "back")["file"] == "back"
        assert shell.files["back"] == b""

    def test_pipes_carry_objects(self, shell: Shell, bucket: str, large: bytes) -> None:
        assert shell.works("put", "-", f"{bucket}/piped.md", sent=large) == f"{bucket}/piped.md\n"
        assert shell.lists("ls", bucket)[0]["content_type"] == "text/markdown"
        done = shell("get", f"{bucket}/piped.md", "-")
        assert (done.returncode, done.stdout == large, done.stderr) == (0, True, b"")

    def test_whoever_has_read_enough_is_told_nothing(self, shell: Shell, bucket: str, large: bytes) -> None:
        shell.works("put", "-", f"{bucket}/large", sent=large)
        with shell.begins("get", f"{bucket}/large", "-") as process:
            assert process.stdout
            assert process.stderr
            assert process.stdout.read(10) == large[:10]
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 1

    def test_labels_are_kept(self, shell: Shell, bucket: str) -> None:
        shell.file("a", b"x")
        labels = [
            "--type",
            "text/x",
            "--meta",
            "colour=röt, blau",
            "--meta",
            "n=1=2",
            "--tag",
            "k=v w",
            "--tag",
            "é=+&".replace("&", "/"),
        ]
        told = shell.tells("put", "a", bucket, *labels, "--public")
        assert [told[name] for name in ("content_type", "metadata", "tags", "visibility")] == [
            "text/x",
            {"colour": "röt, blau", "n": "1=2"},
            {"k": "v w", "é": "+/"},
            "public",
        ]

    def test_a_device_is_written_to_and_not_replaced(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"x")
        fifo = shell.directory / "fifo"
        os.mkfifo(fifo)
        with shell.begins("get", f"{bucket}/a", "fifo") as process, fifo.open("rb") as reader:
            assert reader.read() == b"x"
            process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert fifo.is_fifo()


class TestNothingIsLost:
    def test_what_is_there_is_replaced_only_with_force(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"theirs")
        shell.file("a", b"mine")
        assert "--force" in shell.fails(1, "get", f"{bucket}/a")
        assert shell.files == {"a": b"mine"}
        shell.works("get", f"{bucket}/a", "--force")
        assert shell.files == {"a": b"theirs"}

    def test_an_object_that_is_there_is_left_if_asked(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"first")
        shell.file("a", b"second")
        assert "exists already" in shell.fails(1, "put", "a", bucket, "--if-absent")
        assert shell("get", f"{bucket}/a", "-").stdout == b"first"

    def test_nothing_is_written_outside_of_the_directory(self, shell: Shell, bucket: str) -> None:
        shell.file("outside/kept", b"kept")
        (shell.directory / "in").mkdir()
        (shell.directory / "in" / "link").symlink_to(shell.directory / "outside")
        for key in ("link/new", "link/deeper/new", "../up"):
            shell.works("put", "-", f"{bucket}/{key}", sent=b"x")
        done = shell("get", "-r", bucket, "in")
        assert done.returncode == 1
        assert done.stderr.decode().splitlines()[-1] == "seawall: 2 of 3 failed."
        [fetched] = set(shell.files) - {"outside/kept"}
        assert fetched.startswith("in/__/up~")

    def test_one_that_fails_does_not_keep_the_others(self, shell: Shell, bucket: str) -> None:
        for name in "abc":
            shell.file(name, name.encode())
        (shell.directory / "b").unlink()
        (shell.directory / "b").symlink_to("nowhere")
        done = shell("put", "-r", "./", bucket)
        assert done.returncode == 1
        assert done.stderr.decode().splitlines() == ["seawall: b: b: No such file or directory", "seawall: 1 of 3 failed."]
        assert [each["key"] for each in shell.lists("ls", bucket)] == ["a", "c"]


class TestBrokenConnections:
    @pytest.fixture
    def behind(self, tmp_path: Path, stack: Stack) -> Iterator[Callable[..., Shell]]:
        """A shell whose connections have fates."""
        with ExitStack() as exits:

            def behind(*fates: Fate) -> Shell:
                self.proxy: CuttingProxy = exits.enter_context(cutting(stack.endpoint, *fates))
                return Shell(tmp_path, stack, self.proxy.endpoint)

            yield behind

    def test_a_download_goes_on_where_it_broke(self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes) -> None:
        shell.works("put", "-", f"{bucket}/large", sent=large)
        broken = behind(Fate(answer=5 << 20), Fate(answer=9 << 20))
        broken.works("get", f"{bucket}/large", "back")
        assert shell.files == {"back": large}
        reads = [head for head in self.proxy.requests if b"?info" not in head]
        starts = [int(head.partition(b"Range: bytes=")[2].partition(b"-")[0] or 0) for head in reads]
        assert len(starts) == 3
        assert starts[0] == 0
        assert 4 << 20 < starts[1] < starts[2] < 14 << 20
        assert len({head.partition(b"If-Match: ")[2].partition(b"\r\n")[0] for head in reads}) == 1

    def test_so_does_one_to_standard_output(self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes) -> None:
        shell.works("put", "-", f"{bucket}/large", sent=large)
        done = behind(Fate(answer=5 << 20))("get", f"{bucket}/large", "-")
        assert (done.returncode, done.stdout == large) == (0, True)

    def test_an_object_that_is_overwritten_meanwhile_is_never_mixed(
        self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes
    ) -> None:
        shell.works("put", "-", f"{bucket}/large", sent=large)
        broken = behind(Fate(answer=5 << 20, held=True))
        with broken.begins("get", f"{bucket}/large", "back") as process:
            assert self.proxy.stopped.wait(PATIENCE)
            shell.works("put", "-", f"{bucket}/large", sent=b"other bytes")
            self.proxy.end()
            _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, b"")
        assert shell.files == {"back": b"other bytes"}

    def test_an_upload_is_sent_again(self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes) -> None:
        shell.file("large", large)
        told = behind(Fate(request=3 << 20), Fate(request=8 << 20)).tells("put", "large", bucket)
        assert told["version"] == 1
        assert shell("get", f"{bucket}/large", "-").stdout == large

    def test_an_upload_whose_answer_is_lost_is_made_once(
        self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes
    ) -> None:
        shell.file("large", large)
        told = behind(Fate(answer=len("HTTP/1.1 100 Continue\r\n\r\n") + 9)).tells("put", "large", bucket)
        assert len(self.proxy.requests) == 2
        assert told["version"] == 1

    def test_a_copy_whose_answer_is_lost_is_made_once(self, behind: Callable[..., Shell], shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"x")
        assert behind(Fate(answer=9)).tells("mv", f"{bucket}/a", f"{bucket}/b")["version"] == 1
        assert len(self.proxy.requests) == 2
        assert [each["key"] for each in shell.lists("ls", bucket)] == ["b"]

    def test_a_pipe_cannot_be_sent_again(self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes) -> None:
        done = behind(Fate(request=3 << 20))("put", "-", f"{bucket}/piped", sent=large)
        assert (done.returncode, done.stderr) == (5, b"seawall: The connection to the service broke off.\n")
        assert shell.lists("ls", bucket) == []

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_an_interrupted_download_leaves_nothing(
        self, number: signal.Signals, code: int, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes
    ) -> None:
        shell.works("put", "-", f"{bucket}/large", sent=large)
        for arguments in (["get", f"{bucket}/large", "back"], ["get", "-r", bucket, "."]):
            stopped = behind(Fate(answer=5 << 20, held=True))
            with stopped.begins(*arguments) as process:
                assert self.proxy.stopped.wait(PATIENCE)
                assert [name.rpartition(".")[2] for name in shell.files] == ["part"]
                process.send_signal(number)
                told = process.communicate(timeout=PATIENCE)
            assert (process.returncode, told) == (code, (b"", b""))
            assert shell.files == {}

    def test_an_interrupted_upload_leaves_nothing(
        self, behind: Callable[..., Shell], shell: Shell, bucket: str, large: bytes
    ) -> None:
        shell.file("large", large)
        stopped = behind(Fate(request=5 << 20, held=True))
        with stopped.begins("put", "large", bucket) as process:
            assert self.proxy.stopped.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=PATIENCE)
        assert (process.returncode, told) == (130, (b"", b""))
        self.proxy.end()
        assert shell.lists("ls", bucket) == []

    def test_nobody_has_to_type_before_it_can_be_interrupted(self, behind: Callable[..., Shell], bucket: str) -> None:
        stopped = behind(Fate(request=1 << 20, held=True))
        with stopped.begins("put", "-", f"{bucket}/typed") as process:
            assert process.stdin
            process.stdin.write(bytes(1 << 20))
            process.stdin.flush()
            assert self.proxy.stopped.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 130


class TestObjects:
    def test_a_list_shows_folders_or_what_is_in_them(self, shell: Shell, bucket: str) -> None:
        for key in ("a", "x/b", "x/y/c", "z\x1b[2J\nz".replace("\x1b", "\u202e")):
            shell.works("put", "-", f"{bucket}/{key}", sent=b"12345")
        shown = f"{bucket}/z\\u202e[2J\\nz"
        assert shell.works("ls", bucket).splitlines() == [f"{bucket}/a", f"{bucket}/x/", shown]
        assert shell.works("ls", "-r", bucket).splitlines() == [f"{bucket}/a", f"{bucket}/x/b", f"{bucket}/x/y/c", shown]
        assert shell.works("ls", f"{bucket}/x/").splitlines() == [f"{bucket}/x/b", f"{bucket}/x/y/"]
        assert shell.works("ls", f"{bucket}/none") == ""
        assert [each.get("folder", each.get("key")) for each in shell.lists("ls", f"{bucket}/x/")] == ["x/b", "x/y/"]
        [line] = shell.works("ls", "-l", f"{bucket}/a").splitlines()
        size, unit, date, clock, name = line.split()
        assert (size, unit, len(date), len(clock), name) == ("5", "B", 10, 8, f"{bucket}/a")

    def test_an_object_gets_one_name_more_or_another(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a/é +%2F?&#", sent=b"x")
        assert shell.works("cp", f"{bucket}/a/é +%2F?&#", f"{bucket}/b/") == f"{bucket}/b/é +%2F?&#\n"
        assert shell.tells("mv", f"{bucket}/a/é +%2F?&#", f"sw://{bucket}/c")["key"] == "c"
        assert [each["key"] for each in shell.lists("ls", "-r", bucket)] == ["b/é +%2F?&#", "c"]
        assert shell("get", f"{bucket}/c", "-").stdout == b"x"

    def test_what_is_below_a_folder_goes_and_nothing_beside_it(self, shell: Shell, bucket: str) -> None:
        for key in ("x/a", "x/y/b", "xy/c", "x"):
            shell.works("put", "-", f"{bucket}/{key}", sent=b"x")
        told = shell.lists("rm", "-r", "--yes", f"{bucket}/x")
        assert sorted(each["key"] for each in told) == ["x/a", "x/y/b"]
        assert [each["key"] for each in shell.lists("ls", "-r", bucket)] == ["x", "xy/c"]
        assert shell.tells("rm", f"{bucket}/x", "--permanent") == {"bucket": bucket, "key": "x", "deleted": True}

    def test_pages_are_one_list(self, shell: Shell, bucket: str) -> None:
        for n in range(1005):
            shell.file(f"many/{n:04}", b"")
        shell.works("put", "-r", "many/", f"{bucket}/m/")
        assert [each["key"] for each in shell.lists("ls", f"{bucket}/m/")] == [f"m/{n:04}" for n in range(1005)]
        assert len(shell.lists("rm", "-r", "-y", bucket)) == 1005
        assert shell.lists("ls", bucket) == []

    def test_somebody_who_can_be_asked_is_asked(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"x")
        assert typed(shell, b"n\n", "rm", "-r", bucket)[0] == 1
        assert len(shell.lists("ls", bucket)) == 1
        code, shown = typed(shell, b"y\n", "rm", "-r", bucket)
        assert (code, f"below {bucket}/?".encode() in shown) == (0, True)
        assert shell.lists("ls", bucket) == []


class TestBuckets:
    def test_they_are_made_shown_listed_and_deleted(self, shell: Shell) -> None:
        assert shell.works("buckets", "create", "cards", "--versioning", "enabled", "--public", "--purpose", "Cards") == "cards\n"
        told = shell.tells("buckets", "show", "cards")
        assert [told[name] for name in ("name", "versioning", "visibility", "purpose")] == ["cards", "enabled", "public", "Cards"]
        assert "versioning                  enabled" in shell.works("buckets", "show", "cards").splitlines()
        assert "cards" in shell.works("ls").splitlines()
        assert "cards" in [each["name"] for each in shell.lists("buckets", "list")]
        assert "cards" in shell.fails(1, "buckets", "create", "cards")
        assert shell.tells("buckets", "delete", "cards") == {"name": "cards", "deleted": True}
        shell.fails(3, "buckets", "show", "cards")

    def test_one_with_something_in_it_goes_by_force_only(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"x")
        assert "not empty" in shell.fails(1, "buckets", "delete", bucket)
        assert shell("buckets", "delete", bucket, "--force").returncode == 2
        assert set(shell.tells("buckets", "delete", bucket, "--force", "--yes")) == {"name", "deleted", "job"}
        shell.fails(3, "ls", bucket)


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments",
        [["get", "documents/none"], ["get", "none-such/a"], ["ls", "none-such"], ["cp", "documents/none", "documents/b"]],
    )
    def test_what_is_not_there(self, arguments: list[str], shell: Shell) -> None:
        shell.fails(3, *arguments)
        assert shell.files == {}

    def test_a_key_that_opens_nothing(self, shell: Shell) -> None:
        shell.fails(4, "ls", SEAWALL_API_KEY="sw_" + "x" * 43)
        assert "SEAWALL_API_KEY" in shell.fails(4, "ls", SEAWALL_API_KEY="")

    def test_a_service_that_is_not_there_ends_everything_at_once(self, shell: Shell) -> None:
        for name in "abcdef":
            shell.file(name, b"x")
        line = shell.fails(5, "put", *"abcdef", "documents/", SEAWALL_ENDPOINT="http://127.0.0.1:1")
        assert line == "seawall: http://127.0.0.1:1 cannot be reached: connection refused."

    def test_an_endpoint_that_is_something_else(self, shell: Shell, stack: Stack) -> None:
        shell.fails(3, "ls", SEAWALL_ENDPOINT=stack.ops)

    @pytest.mark.parametrize(
        "arguments",
        [["put"], ["get", "BAD/a"], ["ls", "--no-such"], ["cp", "documents", "documents/a"], ["buckets", "create", "A"]],
    )
    def test_wrong_usage(self, arguments: list[str], shell: Shell) -> None:
        done = shell(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")


class TestTerminals:
    def test_bars_are_for_terminals(self, shell: Shell, bucket: str, large: bytes) -> None:
        shell.file("large", large)
        code, shown = typed(shell, b"", "put", "large", bucket)
        assert code == 0
        assert b"\x1b[" in shown
        assert f"{bucket}/large".encode() in shown

    def test_a_list_is_long_on_a_terminal(self, shell: Shell, bucket: str) -> None:
        shell.works("put", "-", f"{bucket}/a", sent=b"12345")
        code, shown = typed(shell, b"", "ls", bucket)
        assert (code, b"5 B  20" in shown) == (0, True)

    @pytest.mark.parametrize("command", ["", "put", "get", "ls", "rm", "mv", "cp", "buckets", "buckets create"])
    def test_help_needs_no_library_of_a_client(self, command: str) -> None:
        words = ["seawall", *command.split(), "--help"]
        program = f"""
import sys
from gateway.cli.main import main
sys.argv = {words!r}
try:
    main()
finally:
    assert not {{"aiohttp", "rich", "asyncpg"}} & set(sys.modules)
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=PATIENCE)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"Usage: seawall" in done.stdout
