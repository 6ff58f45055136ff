"""`seawall seed` as somebody types it, beside a stack that is up."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from gateway.seed.item import Item
from gateway.seed.plan import NUMBERS, Numbers, Plan, SeedSet
from tests.acceptance.second import environment
from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up
from tests.fixtures.stack import ask

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEV = Plan(set=SeedSet.DEV, seed=1, numbers=NUMBERS[SeedSet.DEV])
COUNTS = """
    SELECT concat_ws(' ', (SELECT count(*) FROM version), (SELECT count(*) FROM audit), (SELECT count(*) FROM blob),
        (SELECT string_agg(usage::text, ' ' ORDER BY owner) FROM usage), (SELECT count(*) FROM member),
        (SELECT count(*) FROM credential))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stack(data: Path) -> Iterator[Stack]:
    with up(data) as stack:
        yield stack


def begin(data: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """In the directory beside the data, where the keys come to lie; JSON is what it prints."""
    pipe = subprocess.PIPE
    command = [str(SEAWALL), "seed", "--json", *arguments]
    return subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe, cwd=data.parent, env={**os.environ, **(variables or {})})


def seed(data: Path, *arguments: str) -> Mapping[str, Any]:
    process = begin(data, "--data", str(data), *arguments)
    said, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (0, "")
    return dict(json.loads(said))


def fails(process: subprocess.Popen[str], code: int = 1) -> str:
    """The one line that says why."""
    _, complaints = process.communicate(timeout=2 * PATIENCE)
    [line] = complaints.splitlines()
    assert (process.returncode, line[:9]) == (code, "seawall: ")
    return line


async def counts(data: Path) -> str:
    server = PostgresServer(DataDirectory(data))
    return str(await ask(server.dsn("seawall", server.owner, server.owner_password), COUNTS))


def fetched(stack: Stack, api_key: str, item: Item) -> bytes:
    """Over `/v1`."""
    url = f"{stack.endpoint}/v1/objects/{item.bucket}/{quote(item.key)}"
    with urlopen(Request(url, headers={"Authorization": f"Bearer {api_key}"}), timeout=PATIENCE) as answer:
        return bytes(answer.read())


@contextmanager
def s3(stack: Stack, access_key: str, secret_key: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=stack.endpoint,
        region_name=stack.region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
    yield client
    client.close()


@contextmanager
def owner(stack: Stack) -> Iterator[Any]:
    with s3(stack, stack.access_key, stack.secret_key) as client:
        yield client


def listed(client: Any, bucket: str, prefix: str = "") -> Mapping[str, int]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {each["Key"]: each["Size"] for page in pages for each in page.get("Contents", ())}


def wait_for(seen: Callable[[], int], process: subprocess.Popen[str], *, least: int) -> None:
    """As many objects as that, of a run that goes on."""
    while seen() < least:
        assert process.poll() is None, "it ended before it was begun"


def test_all_of_it_is_read_over_s3_byte_for_byte(stack: Stack, data: Path) -> None:
    told = seed(data)
    assert (told["complete"], told["all"]["made"], told["users"]["made"]) == (True, 60, 3)
    with owner(stack) as client:
        there = {(bucket, key) for bucket in DEV.buckets for key in listed(client, bucket)}
        assert there == {(item.bucket, item.key) for item in DEV.items() if not item.sketch.deleted}
        for item in DEV.items():
            if not item.sketch.deleted:
                answer = client.get_object(Bucket=item.bucket, Key=item.key)
                assert answer["Body"].read() == item.sketch.drafts[-1]
                assert answer["ContentType"] == item.sketch.content_type


async def test_a_second_run_changes_no_row_and_no_file(stack: Stack, data: Path) -> None:
    seed(data)
    before, blobs = await counts(data), sorted((data / "blobs").rglob("*"))
    keys = (data.parent / "seawall-seed-credentials.json").read_bytes()
    told = seed(data)
    assert (told["all"]["made"], told["all"]["present"], told["users"]["made"]) == (0, 60, 0)
    assert await counts(data) == before
    assert sorted((data / "blobs").rglob("*")) == blobs
    assert (data.parent / "seawall-seed-credentials.json").read_bytes() == keys


def test_its_users_can_work(stack: Stack, data: Path) -> None:
    seed(data, "--users", "4")
    file = data.parent / "seawall-seed-credentials.json"
    assert file.stat().st_mode & 0o777 == 0o600
    sample = next(item for item in DEV.items() if not item.sketch.deleted)
    users = {user["role"]: user for user in json.loads(file.read_text()).values()}
    for role, allowed in (("service", True), ("read-only", False)):
        with s3(stack, users[role]["access_key"], users[role]["secret_key"]) as client:
            assert listed(client, "templates")
            assert fetched(stack, users[role]["api_key"], sample) == sample.sketch.drafts[-1]
            if allowed:
                client.put_object(Bucket="documents", Key="mine.txt", Body=b"mine")
            else:
                with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
                    client.put_object(Bucket="documents", Key="mine.txt", Body=b"mine")


def test_a_run_that_was_killed_is_completed_by_the_next(stack: Stack, data: Path) -> None:
    many = ("--set", "load", "--objects", "1500")
    with owner(stack) as client, begin(data, "--data", str(data), *many) as process:
        wait_for(lambda: len(listed(client, "batches")), process, least=100)
        process.kill()
        process.communicate(timeout=PATIENCE)
        there = len(listed(client, "batches", "load/"))
        assert 100 <= there < 1500
        told = seed(data, *many)
        assert (told["all"]["made"], told["all"]["present"]) == (1500 - there, there)
        assert len(listed(client, "batches", "load/")) == 1500


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_has_counted_what_it_did(stack: Stack, data: Path, number: signal.Signals) -> None:
    with owner(stack) as client, begin(data, "--data", str(data), "--set", "load", "--objects", "5000") as process:
        wait_for(lambda: len(listed(client, "batches")), process, least=50)
        process.send_signal(number)
        said, complaints = process.communicate(timeout=PATIENCE)
        told = json.loads(said)
        assert (process.returncode, complaints, told["complete"]) == (128 + number, "", False)
        assert told["all"]["made"] == len(listed(client, "batches")) < 5000


def test_reset_removes_its_own_and_nothing_else(stack: Stack, data: Path) -> None:
    seed(data, "--objects", "120", "--buckets", "8")
    with owner(stack) as client:
        client.put_object(Bucket="batches", Key="theirs.txt", Body=b"mine")
        told = seed(data, "--reset", "--objects", "24")
        assert told["all"]["removed"] > 100
        fewer = Plan(set=SeedSet.DEV, seed=1, numbers=Numbers(users=3, buckets=7, objects=24))
        there = {(bucket, key) for bucket in DEV.buckets for key in listed(client, bucket)}
        assert there == {(i.bucket, i.key) for i in fewer.items() if not i.sketch.deleted} | {("batches", "theirs.txt")}
        assert "sample-08" not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}


def test_by_the_settings_that_serve_has(stack: Stack, data: Path) -> None:
    variables = environment(DataDirectory(data))
    said, complaints = begin(data, "--objects", "12", variables=variables).communicate(timeout=PATIENCE)
    assert (complaints, json.loads(said)["all"]["made"]) == ("", 12)


def test_reset_is_refused_in_production_whatever_is_said(stack: Stack, data: Path) -> None:
    seed(data, "--objects", "12")
    settings = {"SEAWALL__ENVIRONMENT": "production"}
    for flags in ((), ("--setting", "environment=development"), ("--setting", "environment=test")):
        assert "production" in fails(begin(data, "--data", str(data), "--reset", *flags, variables=settings))
    assert "production" in fails(begin(data, "--data", str(data), "--reset", "--setting", "environment=production"))
    assert seed(data, "--objects", "12")["all"]["present"] == 12


def test_an_installation_that_does_not_run_is_started_for_it(data: Path) -> None:
    with up(data) as stack:
        assert stack.interrupt() == 0
    assert seed(data, "--objects", "24")["all"]["made"] == 24
    with up(data) as stack, owner(stack) as client:
        assert sum(len(listed(client, bucket)) for bucket in DEV.buckets) > 20


def test_where_nothing_was_made_it_says_how_to(data: Path) -> None:
    assert f"seawall up --data {data}" in fails(begin(data, "--data", str(data)))
    assert not data.exists()


def test_a_catalog_that_goes_away_is_one_line_and_a_later_run_completes(data: Path) -> None:
    many = ("--data", str(data), "--set", "load", "--objects", "1500")
    with up(data) as stack, owner(stack) as client, begin(data, *many) as process:
        wait_for(lambda: len(listed(client, "batches")), process, least=50)
        stack.kill()
        assert "catalog" in fails(process)
    with up(data) as stack, owner(stack) as client:
        assert seed(data, *many[2:])["complete"]
        assert len(listed(client, "batches")) == 1500


def test_a_full_disk_is_one_line_and_a_later_run_completes(data: Path) -> None:
    blobs = data / "blobs"
    blobs.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(blobs)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting takes more rights than these")
    try:
        with up(data) as stack, owner(stack) as client:
            assert "no room" in fails(begin(data, "--data", str(data), "--set", "load", "--objects", "1200"))
            subprocess.run(["mount", "-o", "remount,size=32m", str(blobs)], check=True)
            told = seed(data, "--set", "load", "--objects", "1200")
            assert told["all"]["made"] + told["all"]["present"] == 1200
            assert len(listed(client, "batches")) == 1200
    finally:
        subprocess.run(["umount", "--lazy", str(blobs)], check=True)


@pytest.mark.alone
def test_a_load_takes_no_more_memory_the_longer_it_is(stack: Stack, data: Path) -> None:
    few, many = (_peak(begin(data, "--data", str(data), "--set", "load", "--objects", number)) for number in ("300", "3000"))
    assert many - few <= 16 << 20, (few, many)


def _peak(process: subprocess.Popen[str]) -> int:
    """Bytes that it had in memory at the most."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    for stream in (process.stdout, process.stderr):
        assert stream
        stream.close()
    assert process.returncode == 0
    return used.ru_maxrss << 10
