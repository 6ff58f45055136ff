"""`seawall serve --workers N`: several processes that nobody can tell from one, whatever happens to one of them."""

import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.crew import NEVER_LESS, Crew, Figures, crew, until
from tests.acceptance.installed import Installation, call, refused, serving
from tests.acceptance.stack import PATIENCE, wait_until_gone

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(300)]

OBJECTS = "/v1/objects/documents"


def test_all_workers_get_requests(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3) as workers:
        assert len(workers.pids) == 3
        for _ in range(90):
            assert workers.ask("/v1/buckets/documents")[0] == 200
        until(lambda: sum(workers.answered()) == 90)
        assert min(workers.answered()) > 0


def test_one_scrape_sums_all_and_says_the_same_whoever_answers(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3, "--without-jobs") as workers:
        for number in range(30):
            assert workers.ask(f"{OBJECTS}/sums/{number}", method="PUT", body=b"hello")[0] == 201
            assert workers.ask(f"{OBJECTS}/sums/{number}") == (200, b"hello")
            assert workers.ask(f"{OBJECTS}/sums/none")[0] == 404
        until(lambda: workers.figure("seawall_requests_total") == 90)
        for _ in range(40):
            figures = workers.figures()
            assert told(figures, "seawall_requests_total") == {
                ("PutObject", "201", "rest"): 30,
                ("GetObject", "200", "rest"): 30,
                ("GetObject", "404", "rest"): 30,
            }
            assert told(figures, "seawall_bucket_requests_total") == {("documents",): 90}
            assert told(figures, "seawall_bytes_total")["received", "rest"] == 150
            assert sum(told(figures, "seawall_request_seconds_count").values()) == 90
            assert told(figures, "seawall_processes") == {(): 3}
            assert told(figures, "seawall_starts_total") == {(): 3}
            assert told(figures, "seawall_catalog_pool_connections")[("max",)] == 30


def told(figures: Figures, name: str) -> dict[tuple[str, ...], float]:
    return {tuple(value for _, value in sorted(labels)): value for (each, labels), value in figures.items() if each == name}


def test_a_worker_that_is_killed_amid_load_costs_no_object_and_no_count(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3) as workers:
        with ExitStack() as stack:
            writers = [stack.enter_context(writing(workers, number)) for number in range(6)]
            watch = stack.enter_context(watching(workers))
            for turn in range(5):
                workers.kill(workers.pids[turn % 3])
                before = [len(writer) for writer in writers]
                until(lambda: all(len(writer) > count for writer, count in zip(writers, before, strict=True)))  # noqa: B023
        stored = {key: digest for writer in writers for key, digest in writer.items()}
        assert len(stored) > 30
        assert watch
        for key, digest in stored.items():
            status, body = workers.ask(f"{OBJECTS}/{key}")
            assert (status, hashlib.sha256(body).hexdigest()) == (200, digest)
        assert workers.figure("seawall_starts_total") == 8
        assert len(list(tmp_path.glob("seawall-figures-*/*"))) == 3 * 4
        assert workers.served.ended() == 0


@contextmanager
def writing(workers: Crew, number: int) -> Iterator[dict[str, str]]:
    """Puts one object after the other meanwhile; the digests of those that were acknowledged."""
    stored = dict[str, str]()

    def write(stop: threading.Event) -> None:
        while not stop.is_set():
            key, body = f"load/{number}/{secrets.token_hex(8)}", secrets.token_bytes(20_000)
            try:
                status, _ = workers.ask(f"{OBJECTS}/{key}", method="PUT", body=body)
            except (OSError, http.client.HTTPException):
                continue  # it was on its way to whoever was killed
            assert status == 201
            stored[key] = hashlib.sha256(body).hexdigest()

    with meanwhile(write):
        yield stored


@contextmanager
def watching(workers: Crew) -> Iterator[list[int]]:
    """Scrapes meanwhile; no series may ever be less than it was, or be missing."""
    looks = list[int]()

    def watch(stop: threading.Event) -> None:
        before: Figures = {}
        while not stop.is_set():
            try:
                figures = workers.figures()
            except (OSError, http.client.HTTPException):
                continue
            for series, value in before.items():
                if series[0].endswith(NEVER_LESS):
                    assert figures[series] >= value, series
            before = figures
            looks.append(len(figures))

    with meanwhile(watch):
        yield looks


@contextmanager
def meanwhile(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """In a thread of its own until told to stop; what goes wrong there goes wrong here."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(work, stop)
        try:
            yield
        finally:
            stop.set()
            working.result(PATIENCE)


def test_uploads_under_way_are_taken_in_before_all_end(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3) as workers, ExitStack() as stack:
        pids, port = workers.pids, urlsplit(workers.served.endpoint).port
        uploads = [stack.enter_context(begun(workers, f"slow/{number}")) for number in range(12)]
        workers.parent.send_signal(signal.SIGTERM)
        until(lambda: is_refused(port))
        assert workers.parent.poll() is None
        for upload in uploads:
            upload.sendall(b"world")
            assert upload.recv(100).startswith(b"HTTP/1.1 201")
        assert workers.parent.wait(PATIENCE) == 0
        assert not list(tmp_path.glob("seawall-figures-*"))
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    with serving(installation, tmp_path) as served:
        for number in range(12):
            assert call(f"{served.endpoint}{OBJECTS}/slow/{number}", key=installation.api_key) == (200, b"helloworld")


@contextmanager
def begun(workers: Crew, key: str) -> Iterator[socket.socket]:
    """An upload of ten bytes, half of which have been sent."""
    address = urlsplit(workers.served.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as upload:
        head = [f"PUT {OBJECTS}/{key} HTTP/1.1", f"Host: {address.netloc}", "Expect: 100-continue", "Content-Length: 10"]
        upload.sendall("\r\n".join([*head, f"Authorization: Bearer {workers.key}", "", ""]).encode("ascii"))
        assert upload.recv(100).startswith(b"HTTP/1.1 100")
        upload.sendall(b"hello")
        yield upload


def is_refused(port: int | None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE):
            return False
    except ConnectionRefusedError:
        return True


def test_a_second_signal_ends_who_is_still_busy(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 2) as workers, begun(workers, "given-up") as upload:
        pids, port = workers.pids, urlsplit(workers.served.endpoint).port
        workers.parent.send_signal(signal.SIGTERM)
        until(lambda: is_refused(port))
        workers.parent.send_signal(signal.SIGTERM)
        assert workers.parent.wait(PATIENCE) == 1
        wait_until_gone(pids)
        assert upload.recv(100) == b""


def test_an_interrupt_from_a_terminal_is_one_signal_not_two(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 2) as workers:
        assert {os.getpgid(pid) for pid in workers.pids}.isdisjoint({os.getpgid(workers.parent.pid)})
        workers.parent.send_signal(signal.SIGINT)
        assert workers.parent.wait(PATIENCE) == 0


def test_workers_end_with_a_parent_that_was_killed(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3) as workers:
        pids, port = workers.pids, urlsplit(workers.served.endpoint).port
        workers.parent.kill()
        workers.parent.wait(PATIENCE)
        wait_until_gone(pids)
        assert not list(tmp_path.glob("seawall-figures-*"))
    with crew(installation, tmp_path, 2, "--set", f"edge.port={port}") as workers:
        assert workers.ask("/v1/buckets/documents")[0] == 200


def test_a_worker_that_is_killed_while_they_end_does_not_come_back(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 2) as workers, ExitStack() as stack:
        pids, port = workers.pids, urlsplit(workers.served.endpoint).port
        uploads = [stack.enter_context(begun(workers, f"cut/{number}")) for number in range(8)]
        workers.parent.send_signal(signal.SIGTERM)
        until(lambda: is_refused(port))
        os.kill(pids[0], signal.SIGKILL)
        for upload in uploads:
            upload.close()
        assert workers.parent.wait(PATIENCE) == 1
        wait_until_gone(pids)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "catalog.dsn="], "catalog.dsn"),
        (["--set", "auth.seal_key="], "auth.seal_key"),
        (["--set", "store.kind=memory", "--set", "environment=test"], "cannot share a store in memory"),
        (["--set", "catalog.pool_max=90"], "3 processes of up to 90 catalog connections"),
    ],
)
def test_what_cannot_be_served_is_one_line(installation: Installation, arguments: list[str], said: str) -> None:
    assert_one_line(refused(installation, "--workers", "3", *arguments), said)


@pytest.mark.parametrize("name", ["edge.port", "edge.ops_port"])
def test_a_port_that_another_program_has_is_one_line(installation: Installation, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = refused(installation, "--workers", "3", "--set", f"{name}={port}")
    assert_one_line(ended, f"Cannot listen on 127.0.0.1:{port}")


def test_a_port_that_other_workers_share_is_not_ours_to_share(installation: Installation, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 2) as workers:
        port = urlsplit(workers.served.endpoint).port
        assert_one_line(refused(installation, "--workers", "2", "--set", f"edge.port={port}"), f"Cannot listen on 127.0.0.1:{port}")


def assert_one_line(ended: "subprocess.CompletedProcess[str]", said: str) -> None:
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("seawall: ")
    assert said in line
