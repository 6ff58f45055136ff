"""`seawall users` as somebody types it, beside a stack that is up: the first person signs in."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up

PASSWORD, NEW = "correct horse battery staple", "another horse altogether"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("users") / "data"


@pytest.fixture(scope="module")
def stack(data: Path) -> Iterator[Stack]:
    with up(data) as stack:
        yield stack


def users(data: Path, *arguments: str, sent: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
    command = [str(SEAWALL), "users", *arguments, "--data", str(data)]
    done = subprocess.run(
        command, input=f"{sent}\n", text=True, capture_output=True, timeout=PATIENCE, check=False, env={**os.environ}
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert not sent or sent not in done.stdout + done.stderr
    return done


def add(data: Path, email: str, *more: str, sent: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
    return users(data, "add", "--email", email, "--name", "Ada", "--password-stdin", *more, sent=sent)


def sign_in(stack: Stack, email: str, password: str) -> tuple[int, str]:
    """The status, and the token where there is one."""
    body = json.dumps({"email": email, "password": password}).encode()
    asked = urllib.request.Request(stack.endpoint + "/v1/sessions", body, {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return int(answer.status), str(json.load(answer)["token"])
    except HTTPError as refusal:
        return refusal.code, ""


def status(stack: Stack, token: str, method: str = "GET", path: str = "/v1/buckets") -> int:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(stack.endpoint + path, headers=headers, method=method)) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        return refusal.code


def test_the_first_person_is_added_and_signs_in(stack: Stack, data: Path) -> None:
    done = add(data, "ada@example.org", "--admin")
    assert done.returncode == 0, done.stderr
    assert "ada@example.org (admin)" in done.stdout
    code, token = sign_in(stack, "Ada@Example.org", PASSWORD)
    assert code == 201
    assert status(stack, token) == 200
    assert status(stack, token, "DELETE", "/v1/sessions/current") == 204
    assert status(stack, token) == 401


def test_another_password_signs_out_everywhere(stack: Stack, data: Path) -> None:
    assert add(data, "bob@example.org").returncode == 0
    _, token = sign_in(stack, "bob@example.org", PASSWORD)
    assert users(data, "passwd", "--email", "BOB@example.org", "--password-stdin", sent=NEW).returncode == 0
    assert status(stack, token) == 401
    assert sign_in(stack, "bob@example.org", PASSWORD)[0] == 401
    assert sign_in(stack, "bob@example.org", NEW)[0] == 201


def test_what_cannot_be_is_told_in_a_line(stack: Stack, data: Path) -> None:
    assert add(data, "eve@example.org").returncode == 0
    for done in (
        add(data, "EVE@example.org"),
        add(data, "nonsense"),
        add(data, "a@b.org\x1b[2J"),
        add(data, "mallory@example.org", sent="short"),
        add(data, "mallory@example.org", "--account", "999999999999"),
        add(data, "mallory@example.org", "--account", "nonsense"),
        users(data, "passwd", "--email", "nobody@example.org", "--password-stdin"),
    ):
        assert done.returncode == 1, done
        assert done.stderr.startswith("seawall: ")
        assert len(done.stderr.splitlines()) == 1
    assert sign_in(stack, "mallory@example.org", PASSWORD)[0] == 401


def test_a_password_is_never_an_argument_and_asked_for_on_a_terminal_only(data: Path) -> None:
    for more in (["--password", PASSWORD], []):
        done = users(data, "add", "--email", "a@b.org", "--name", "A", *more, sent="")
        assert done.returncode == 2
        assert "--password-stdin" in done.stderr
