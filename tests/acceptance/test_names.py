"""Names that other stores stumble over: what one surface of a real stack stores under them, the others find."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config

from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up
from tests.acceptance.test_up import call
from tests.factories.hostile_names import KEYS

pytestmark = pytest.mark.slow
BUCKETS = "documents", "renders"  # one that keeps versions, and one that does not


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with up(tmp_path_factory.mktemp("names") / "data") as stack:
        yield stack


@pytest.fixture(scope="module")
def s3(stack: Stack) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=stack.endpoint,
        region_name=stack.region,
        aws_access_key_id=stack.access_key,
        aws_secret_access_key=stack.secret_key,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
    yield client
    client.close()


def rest(stack: Stack, method: str, path: str, body: bytes | None = None) -> Any:
    status, answer = call(f"{stack.endpoint}/v1/{path}", method=method, body=body, key=stack.api_key)
    assert status < 300, answer
    return answer


def seawall(stack: Stack, *arguments: str, stdin: bytes = b"") -> bytes:
    variables = {**os.environ, "SEAWALL_ENDPOINT": stack.endpoint, "SEAWALL_API_KEY": stack.api_key}
    command = [str(SEAWALL), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE, check=False, env=variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def body(key: str) -> bytes:
    return f"this is {key}".encode()


@pytest.mark.parametrize("bucket", BUCKETS)
def test_s3_stores_and_the_others_find(stack: Stack, s3: Any, bucket: str) -> None:
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=body(key))
    listed = json.loads(rest(stack, "GET", f"buckets/{bucket}/objects?limit=1000"))["objects"]
    assert [each["key"] for each in listed] == sorted(KEYS, key=str.encode)
    for each in listed:
        assert call(each["url"], key=stack.api_key) == call(each["immutable_url"], key=stack.api_key) == (200, body(each["key"]))
    for key in KEYS[:: len(KEYS) // 4]:
        assert seawall(stack, "get", f"{bucket}/{key}", "-") == body(key)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
    assert [each["Key"] for page in pages for each in page["Contents"]] == sorted(KEYS, key=str.encode)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_the_json_api_copies_and_s3_deletes(stack: Stack, s3: Any, bucket: str) -> None:
    for key in KEYS:
        rest(stack, "PUT", f"objects/{bucket}/{quote(key, safe='')}", body(key))
        to = quote(f"avatars/{key}", safe="")
        rest(stack, "POST", f"objects/{bucket}/{quote(key, safe='/')}?copy-to={to}")
        assert s3.get_object(Bucket="avatars", Key=key)["Body"].read() == body(key)
    deleted = s3.delete_objects(Bucket="avatars", Delete={"Objects": [{"Key": key} for key in KEYS]})
    assert {each["Key"] for each in deleted["Deleted"]} == set(KEYS)
    assert "Contents" not in s3.list_objects_v2(Bucket="avatars")


def test_the_command_line_stores_and_s3_finds(stack: Stack, s3: Any) -> None:
    names = [key for key in KEYS if not key.endswith("/")]  # that is a folder to put files into, there
    for key in names[:: len(names) // 6]:
        seawall(stack, "put", "-", f"assets/{key}", stdin=body(key))
        assert s3.get_object(Bucket="assets", Key=key)["Body"].read() == body(key)
        assert s3.get_object(Bucket="assets", Key=key)["ContentType"]
