"""The JSON API under requests that nobody thought of, made by schemathesis from its description; `schemathesis.toml` says how."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.stack import Stack, up

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
TERMS = Path(__file__).with_name("schemathesis.toml")
DONE = re.compile(r'seawall_requests_total\{operation="(\w+)",status="2..",surface="rest"\}')
TO_BE_DONE = {"ChangeBucket", "CreateBucket", "DeleteObject", "GetBucket", "ListBuckets", "ListObjects", "PostObject", "PutObject"}


@pytest.mark.slow
def test_the_api_does_what_its_description_says(tmp_path: Path) -> None:
    """No failure of the server, and no status, type, header or document that the description does not have."""
    with up(tmp_path / "data", "--memory") as stack:
        ended = schemathesis(stack, tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert done(stack) >= TO_BE_DONE


def schemathesis(stack: Stack, directory: Path) -> subprocess.CompletedProcess[str]:
    command = [str(SCHEMATHESIS), "--config-file", str(TERMS), "--no-color", "run", f"{stack.endpoint}/v1/openapi.json"]
    terms = ["--header", f"Authorization: Bearer {stack.api_key}", "--seed", "20261121", "--max-examples", "10"]
    return subprocess.run([*command, *terms], text=True, capture_output=True, timeout=100, check=False, cwd=directory)


def done(stack: Stack) -> set[str]:
    """What was not only refused."""
    with urllib.request.urlopen(f"{stack.ops}/metrics", timeout=30) as answer:
        return set(DONE.findall(answer.read().decode()))
