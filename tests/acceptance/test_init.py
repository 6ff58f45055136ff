"""`seawall init` by hand, beside a stack that is up."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded.layout import DataDirectory
from tests.acceptance.second import environment
from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up

SHIPPED = ["assets", "avatars", "batches", "datasets", "documents", "renders", "templates"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("init") / "data"


@pytest.fixture(scope="module")
def stack(data: Path) -> Iterator[Stack]:
    with up(data) as stack:
        yield stack


def init(data: Path, credentials: Path) -> str:
    command = [str(SEAWALL), "init", "--credentials", str(credentials)]
    variables = {**os.environ, **environment(DataDirectory(data))}
    done = subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE, check=True, env=variables)
    return done.stdout


def request(stack: Stack, key: str, method: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    with urllib.request.urlopen(
        urllib.request.Request(stack.endpoint + path, method=method, headers=headers), timeout=30
    ) as answer:
        return int(answer.status)


def test_it_makes_what_is_missing_and_leaves_the_rest(stack: Stack, data: Path, tmp_path: Path) -> None:
    credentials = tmp_path / "keys.json"
    assert "all shipped buckets are there" in init(data, credentials)
    key = json.loads(credentials.read_text("utf-8"))["api_key"]
    assert credentials.stat().st_mode & 0o777 == 0o600
    assert request(stack, key, "DELETE", "/v1/buckets/renders") == 204
    assert init(data, credentials).splitlines()[0] == "created the bucket renders"
    assert json.loads(credentials.read_text("utf-8"))["api_key"] == key
    assert [request(stack, key, "GET", f"/v1/buckets/{bucket}") for bucket in SHIPPED] == [200] * len(SHIPPED)
