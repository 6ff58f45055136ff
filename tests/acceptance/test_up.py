"""The newcomer's command, as the newcomer sees it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.acceptance.stack import SEAWALL, Stack, processes_in, refused, up, wait_until_gone


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with up(tmp_path_factory.mktemp("up") / "data") as stack:
        yield stack


def s3(stack: Stack, **changes: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.endpoint,
        region_name=stack.region,
        aws_access_key_id=changes.get("access_key", stack.access_key),
        aws_secret_access_key=changes.get("secret_key", stack.secret_key),
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def call(url: str, *, method: str = "GET", body: bytes | None = None, key: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers), timeout=30) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def test_boto3_with_its_default_checksums_stores_and_reads(stack: Stack) -> None:
    client = s3(stack)
    client.put_object(Bucket="documents", Key="über/ein Brief.txt", Body=b"hello" * 1000, Metadata={"colour": "red"})
    answer = client.get_object(Bucket="documents", Key="über/ein Brief.txt")
    assert answer["Body"].read() == b"hello" * 1000
    assert answer["Metadata"] == {"colour": "red"}
    client.close()


def test_wrong_secret_is_refused(stack: Stack) -> None:
    client = s3(stack, secret_key="x" * 40)
    with pytest.raises(ClientError) as caught:
        client.put_object(Bucket="documents", Key="k", Body=b"no")
    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
    client.close()


def test_what_one_surface_stores_the_other_reads(stack: Stack) -> None:
    url = f"{stack.endpoint}/v1/objects/templates/card.bin"
    status, document = call(url, method="PUT", body=b"card", key=stack.api_key)
    assert (status, json.loads(document)["size"]) == (201, 4)
    client = s3(stack)
    assert client.get_object(Bucket="templates", Key="card.bin")["Body"].read() == b"card"
    client.close()
    assert call(url, key=stack.api_key) == (200, b"card")
    assert call(url)[0] == 401


def test_operations_listener_says_how_it_is(stack: Stack) -> None:
    assert json.loads(call(f"{stack.ops}/health/live")[1]) == {"status": "ok"}
    assert call(f"{stack.ops}/health/ready")[0] == 200
    health = json.loads(call(f"{stack.ops}/health/db")[1])
    assert (health["status"], health["migration"] > 0, health["pool"]["max"]) == ("ok", True, 10)
    assert b"seawall_requests_total" in call(f"{stack.ops}/metrics")[1]


def test_second_start_finds_data_and_credentials(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data) as first:
        call(f"{first.endpoint}/v1/objects/documents/kept", method="PUT", body=b"kept", key=first.api_key)
        assert first.interrupt() == 0
    with up(data) as second:
        assert (second.access_key, second.secret_key, second.api_key) == (first.access_key, first.secret_key, first.api_key)
        assert call(f"{second.endpoint}/v1/objects/documents/kept", key=second.api_key) == (200, b"kept")


def test_interrupt_leaves_no_server_behind(tmp_path: Path) -> None:
    with up(tmp_path / "data") as stack:
        assert processes_in(tmp_path / "data")
        stack.interrupt()
        assert not processes_in(tmp_path / "data")


def test_kill_leaves_no_server_behind_and_no_data_damaged(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with up(data) as stack:
        call(f"{stack.endpoint}/v1/objects/documents/kept", method="PUT", body=b"kept", key=stack.api_key)
        servers = processes_in(data)
        stack.kill()
        wait_until_gone(servers)
    with up(data) as again:
        assert call(f"{again.endpoint}/v1/objects/documents/kept", key=again.api_key) == (200, b"kept")


def test_stack_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ready = tmp_path / "ready.json"
    program = f"""
import subprocess, time, pathlib
subprocess.Popen([{str(SEAWALL)!r}, "up", "--exit-with-parent", "--data", {str(data)!r}, "--port", "0", "--ops-port", "0",
    "--ready-file", {str(ready)!r}], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while not pathlib.Path({str(ready)!r}).exists():
    time.sleep(0.01)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    wait_until_gone(processes_in(data))


def test_memory_stack_needs_no_directory(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--memory") as stack:
        url = f"{stack.endpoint}/v1/objects/documents/k"
        assert call(url, method="PUT", body=b"x", key=stack.api_key)[0] == 201
        assert call(url, key=stack.api_key) == (200, b"x")
    assert not (tmp_path / "data").exists()


def test_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = refused(tmp_path / "data", "--port", str(port))
    assert ended.returncode != 0
    assert f"127.0.0.1:{port}" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_directory_of_another_store_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "seawall.json").write_text('{"format": 1, "store": "seaweedfs"}')
    ended = refused(tmp_path / "data")
    assert ended.returncode != 0
    assert "--store seaweedfs" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_directory_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with up(tmp_path / "data") as stack:
        ended = refused(tmp_path / "data")
        assert ended.returncode != 0
        assert str(stack.process.pid) in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def test_broken_settings_are_all_told_at_once(tmp_path: Path) -> None:
    ended = refused(tmp_path / "data", "--set", "observe.log_level=loud", "--set", "edge.nonsense=1")
    assert ended.returncode != 0
    assert "observe.log_level" in ended.stderr
    assert "edge.nonsense" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_missing_library_is_one_clear_line(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['asyncpg'] = None; sys.argv = ['seawall', 'up']; from gateway.cli.main import main; main()"
    ended = subprocess.run([sys.executable, "-c", hide], text=True, capture_output=True, timeout=60, check=False, cwd=tmp_path)
    assert ended.returncode == 1
    assert "asyncpg is missing" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home to protect from its own servers")
def test_root_keeps_its_home_closed(stack: Stack) -> None:
    assert stack.process.poll() is None
    assert (Path.home().stat().st_mode & 0o077) == 0


def test_term_ends_the_stack_cleanly(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--memory") as stack:
        stack.process.send_signal(signal.SIGTERM)
        assert stack.process.wait(60) == 0


def test_the_store_is_limited_and_metered(stack: Stack) -> None:
    call(f"{stack.endpoint}/v1/objects/renders/metered", method="PUT", body=b"x" * 1000, key=stack.api_key)
    metrics = call(f"{stack.ops}/metrics")[1].decode()
    counted = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line[0] != "#"}
    assert counted['seawall_store_bytes_total{direction="in"}'] >= 1000
    assert counted['seawall_store_seconds_count{operation="put"}'] >= 1
    assert counted['seawall_store_under_way{operation="put"}'] == 0


def test_seaweedfs_without_its_program_is_refused_in_a_line(tmp_path: Path) -> None:
    if shutil.which("weed"):
        pytest.skip("weed is on the PATH")
    done = refused(tmp_path / "data", "--store", "seaweedfs")
    assert done.returncode == 1
    assert "weed is not on the PATH" in done.stderr
