"""Secrets that were used in every way there is are found nowhere afterwards: not in logs, metrics, answers, the audit, or any file.

The data directory is searched as it lies on the disk, with the tables of PostgreSQL and its log. Only the files that are there to
hold secrets are left out.
"""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up
from tests.acceptance.test_users import add

pytestmark = pytest.mark.slow

PASSWORD, WRONG = "canary-of-a-password-7c1d", "canary-of-a-wrong-password-93ab"
EMAIL = "ada@example.org"
JSON = {"Content-Type": "application/json"}


@dataclass
class Aviary:
    """A stack, the secrets that were used with it, and all that it has said."""

    stack: Stack
    secrets: dict[str, str] = field(default_factory=dict)
    said: list[bytes] = field(default_factory=list)

    def ask(self, method: str, target: str, document: Any = None, *, bearer: str | None = None, told_once: bool = False) -> Any:
        """What the document of the answer says. An answer that tells a secret, as it must once, is not kept."""
        body = None if document is None else json.dumps(document).encode()
        headers = JSON | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        request = urllib.request.Request(f"{self.stack.endpoint}{target}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                words = answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                words = refused.read() + str(refused.headers).encode()
                self.said.append(words)
                return None
        if not told_once:
            self.said.append(words)
        return json.loads(words or b"null")

    def s3(self, access_key: str, secret_key: str) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.stack.endpoint,
            region_name=self.stack.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}),
        )


def found_in(text: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The names of those that stand in it, plainly or as a URL has them."""
    return [name for name, secret in secrets.items() if secret.encode() in text or quote(secret, safe="").encode() in text]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries") / "data"


@pytest.fixture(scope="module")
def aviary(data: Path) -> Iterator[Aviary]:
    """Everything was done, and the stack has ended in peace."""
    with up(data, "--set", "observe.log_level=debug") as stack:
        aviary = Aviary(stack, {"the first secret": stack.secret_key, "the first API key": stack.api_key})
        assert add(data, EMAIL, "--admin", sent=PASSWORD).returncode == 0
        use_keys(aviary)
        use_sessions(aviary)
        misuse(aviary)
        for place in ("/metrics", "/health/ready", "/health/db"):
            with urllib.request.urlopen(f"{stack.ops}{place}", timeout=PATIENCE) as answer:
                aviary.said.append(answer.read())
        for page in ("/v1/audit?limit=1000", "/v1/keys?limit=1000", "/v1/users", "/v1/sessions", "/v1/me"):
            aviary.ask("GET", page, bearer=stack.api_key)
        assert stack.interrupt() == 0
        yield aviary


def use_keys(aviary: Aviary) -> None:
    bearer = aviary.stack.api_key
    for kind in ("s3", "bearer"):
        made = aviary.ask("POST", "/v1/keys", {"name": "canary", "kind": kind}, bearer=bearer, told_once=True)
        secret = made["secret_key"] if kind == "s3" else made["api_key"]
        aviary.secrets[f"a minted {kind}"] = secret
        if kind == "s3":
            client = aviary.s3(made["access_key"], secret)
            client.put_object(Bucket="documents", Key="a", Body=b"hello")
            link = client.generate_presigned_url("get_object", {"Bucket": "documents", "Key": "a"})
            aviary.secrets["a signature"] = link.partition("X-Amz-Signature=")[2].partition("&")[0]
            with urllib.request.urlopen(link, timeout=PATIENCE) as answer:
                aviary.said.append(answer.read())
        else:
            aviary.ask("GET", "/v1/buckets", bearer=secret)
        turned = aviary.ask("POST", f"/v1/keys/{made['id']}?rotate", {"overlap_seconds": 0}, bearer=bearer, told_once=True)
        aviary.secrets[f"a rotated {kind}"] = turned["secret_key"] if kind == "s3" else turned["api_key"]


def use_sessions(aviary: Aviary) -> None:
    claimed = {"email": EMAIL, "password": PASSWORD}
    aviary.secrets |= {"a password": PASSWORD, "a wrong password": WRONG}
    token = aviary.ask("POST", "/v1/sessions", claimed, told_once=True)["token"]
    aviary.secrets["a session"] = token
    aviary.ask("GET", "/v1/sessions", bearer=token)
    aviary.ask("POST", "/v1/sessions", claimed | {"password": WRONG})
    aviary.ask("PUT", "/v1/me/password", {"current": WRONG, "new": PASSWORD}, bearer=token)
    aviary.ask("DELETE", "/v1/sessions/current", bearer=token)
    aviary.ask("GET", "/v1/sessions", bearer=token)


def misuse(aviary: Aviary) -> None:
    """Where people put them by mistake, and where a signature does not hold."""
    api_key = aviary.stack.api_key
    for wrong in (f"{api_key}x", f"{api_key} {api_key}", api_key[:-1] + "-"):
        aviary.ask("GET", "/v1/buckets", bearer=wrong)
    aviary.ask("POST", "/v1/sessions", {"email": PASSWORD, "password": PASSWORD})
    aviary.ask("POST", "/v1/keys", {"name": "x", "kind": "bearer", "password": PASSWORD}, bearer=api_key)
    with pytest.raises(ClientError):
        aviary.s3(aviary.stack.access_key, aviary.secrets["a minted s3"]).list_buckets()


def test_no_answer_tells_them_but_the_one_that_must(aviary: Aviary) -> None:
    assert {name for words in aviary.said for name in found_in(words, aviary.secrets)} == set()


def test_no_file_holds_them_but_those_that_are_there_for_it(aviary: Aviary, data: Path) -> None:
    held = {
        str(path.relative_to(data)): found
        for path in data.rglob("*")
        if path.is_file() and data / "secrets" not in path.parents and (found := found_in(path.read_bytes(), aviary.secrets))
    }
    assert held == {}


def test_the_search_would_find_them(aviary: Aviary, data: Path) -> None:
    secret_files = b"".join(path.read_bytes() for path in (data / "secrets").iterdir())
    assert found_in(secret_files, aviary.secrets) == ["the first secret", "the first API key"]
    tables = b"".join(path.read_bytes() for path in (data / "postgres").rglob("*") if path.is_file())
    assert EMAIL.encode() in tables


def test_a_command_that_is_shown_its_settings_hides_them(data: Path, aviary: Aviary) -> None:
    shown = subprocess.run([str(SEAWALL), "config", "show"], capture_output=True, timeout=PATIENCE, check=False, cwd=data.parent)
    assert found_in(shown.stdout + shown.stderr, aviary.secrets) == []
