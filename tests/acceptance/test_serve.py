"""`seawall serve` as an installation runs it: over servers that are there already, after `migrate up` and `init`."""

import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.config.config import variable
from tests.acceptance.installed import TOKEN, Installation, call, refused, serving
from tests.acceptance.stack import PATIENCE

pytestmark = pytest.mark.slow

HEALTHCHECK = Path(__file__).parents[2] / "deploy/healthcheck.py"


def test_it_serves_what_another_process_has_taken_in(installation: Installation, tmp_path: Path) -> None:
    with serving(installation, tmp_path) as one, serving(installation, tmp_path, "--without-jobs") as other:
        path = "/v1/objects/documents/a.txt"
        assert call(one.endpoint + path, method="PUT", body=b"hello", key=installation.api_key)[0] == 201
        assert call(other.endpoint + path, key=installation.api_key) == (200, b"hello")
        assert (one.ended(), other.ended()) == (0, 0)


def test_it_makes_no_accounts_and_no_keys(installation: Installation, tmp_path: Path) -> None:
    count = "SELECT (SELECT count(*) FROM credential) * 1000 + (SELECT count(*) FROM member)"
    before = installation.asked(count)
    with serving(installation, tmp_path), serving(installation, tmp_path, "--jobs-only"):
        assert installation.asked(count) == before


def test_a_body_under_way_is_taken_in_before_it_ends(installation: Installation, tmp_path: Path) -> None:
    with serving(installation, tmp_path) as served:
        address = urlsplit(served.endpoint)
        with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as upload:
            head = ["PUT /v1/objects/documents/slow.txt HTTP/1.1", f"Host: {address.netloc}", "Expect: 100-continue"]
            head += [f"Authorization: Bearer {installation.api_key}", "Content-Length: 10"]
            upload.sendall("\r\n".join([*head, "", ""]).encode("ascii"))
            assert upload.recv(100).startswith(b"HTTP/1.1 100")
            upload.sendall(b"hello")
            served.process.send_signal(signal.SIGTERM)
            while call(f"{served.ops}/health/ready", key=TOKEN)[0] == 200:
                pass
            upload.sendall(b"hello")
            assert upload.recv(100).startswith(b"HTTP/1.1 201")
        assert served.process.wait(PATIENCE) == 0
    with serving(installation, tmp_path) as served:
        path = "/v1/objects/documents/slow.txt"
        assert call(served.endpoint + path, key=installation.api_key) == (200, b"hellohello")


def test_jobs_wait_for_the_process_that_is_for_them(installation: Installation, tmp_path: Path) -> None:
    installation.asked("DELETE FROM job")
    installation.asked("UPDATE job_schedule SET next_at = now()")
    with serving(installation, tmp_path, "--without-jobs") as served:
        assert call(f"{served.endpoint}/v1/buckets/renders", key=installation.api_key)[0] == 200
        assert installation.asked("SELECT count(*) FROM job") == 0  # a worker begins with what is due
        with serving(installation, tmp_path, "--jobs-only") as working:
            assert working.endpoint == ""
            while installation.asked("SELECT count(DISTINCT kind) FROM job WHERE state = 'done'") < 3:
                pass
            assert call(f"{working.ops}/metrics", key=TOKEN)[0] == 200
            assert (working.ended(), served.ended()) == (0, 0)


@pytest.mark.parametrize("arguments", [[], ["--jobs-only"], ["--workers", "2"], ["--jobs-only", "--workers", "2"]])
def test_the_health_check_of_the_image_tells_ready_from_not(
    installation: Installation, tmp_path: Path, arguments: list[str]
) -> None:
    with serving(installation, tmp_path, *arguments) as served:
        port = {variable("edge.ops_port"): str(urlsplit(served.ops).port)}
        assert checked({**installation.environment, **port}) == (0, "")
        code, said = checked({**installation.environment, **port, variable("edge.ops_token"): "x" * 32})
        assert (code, said[:4]) == (1, "401 ")
        assert served.ended() == 0
    assert checked({**installation.environment, **port})[0] == 1


def checked(environment: Mapping[str, str]) -> tuple[int, str]:
    command = [sys.executable, str(HEALTHCHECK)]
    ended = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=PATIENCE, check=False)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--without-jobs", "--jobs-only"], "nothing to do"),
        (["--workers", "0"], "workers"),
        (["--set", "edge.ops_host=0.0.0.0", "--set", "edge.ops_token="], "edge.ops_token"),
        (["--set", "catalog.dsn="], "catalog.dsn"),
        (["--set", "auth.seal_key="], "auth.seal_key"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(installation: Installation, arguments: list[str], said: str) -> None:
    ended = refused(installation, *arguments)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
