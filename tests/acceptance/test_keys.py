"""Keys over two processes: what one of them ends is refused by the other, and what the other saw is known to both."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stack import PATIENCE, Stack, up
from tests.acceptance.test_two_processes import beside


def ask(stack: Stack, method: str, target: str, document: Any = None, *, token: str = "") -> tuple[int, Any]:
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {token or stack.api_key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.endpoint}{target}", data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


@pytest.mark.slow
def test_a_key_ends_in_every_process_and_its_use_outlives_them(tmp_path: Path) -> None:
    with up(tmp_path / "data") as first:
        with beside(tmp_path / "data") as second:
            _, key = ask(first, "POST", "/v1/keys", {"name": "two", "kind": "bearer"})
            assert ask(second, "GET", "/v1/buckets", token=key["api_key"])[0] == 200
            assert ask(first, "DELETE", f"/v1/keys/{key['id']}")[0] == 204
            assert ask(second, "GET", "/v1/buckets", token=key["api_key"])[0] == 401
        _, known = ask(first, "GET", f"/v1/keys/{key['id']}")
        assert known["last_used_at"]
        assert known["revoked_at"]


@pytest.mark.slow
def test_a_role_that_is_taken_away_is_gone_in_every_process(tmp_path: Path) -> None:
    with up(tmp_path / "data") as first, beside(tmp_path / "data") as second:
        _, user = ask(first, "POST", "/v1/users", {"name": "two", "role": "admin"})
        _, key = ask(first, "POST", "/v1/keys", {"name": "two", "kind": "bearer", "user": user["id"]})
        assert ask(second, "POST", "/v1/buckets", {"name": "one-more"}, token=key["api_key"])[0] == 201
        assert ask(first, "PATCH", f"/v1/users/{user['id']}", {"role": "read-only"})[0] == 200
        assert ask(second, "POST", "/v1/buckets", {"name": "two-more"}, token=key["api_key"])[0] == 403
        assert ask(second, "GET", "/v1/buckets", token=key["api_key"])[0] == 200
        assert ask(first, "PATCH", f"/v1/users/{user['id']}", {"status": "suspended"})[0] == 200
        assert ask(second, "GET", "/v1/buckets", token=key["api_key"])[0] == 401
