"""Values from outside are parsed by `buckets` alone: Python's generous readers stand nowhere in request code."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.rooms import modules

REQUEST_CODE = ("gateway.edge", "gateway.wire", "gateway.auth", "gateway.s3", "gateway.rest", "gateway.tus", "gateway.ingest")
GENEROUS = {"int", "float", "strptime", "fromisoformat", "b64decode", "urlsafe_b64decode", "parse_qs", "parse_qsl", "unquote",
    "unquote_plus", "unquote_to_bytes", "isdigit", "isnumeric", "isdecimal", "fromhex", "unhexlify"}  # fmt: skip


def generous_calls(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in GENEROUS or ast.unparse(node.func) in ("re.match", "json.loads"):
                yield f"line {node.lineno}: {ast.unparse(node.func)}"


def request_modules() -> Iterator[tuple[str, str]]:
    for module, path in modules():
        if module.startswith(REQUEST_CODE) and not module.endswith(".settings"):
            yield module, path.read_text("utf-8")


@pytest.mark.parametrize(("module", "source"), [pytest.param(*found, id=found[0]) for found in request_modules()])
def test_request_code_parses_strictly(module: str, source: str) -> None:
    assert not list(generous_calls(source)), module


@pytest.mark.parametrize(
    "source", ["int(text)", "datetime.strptime(a, b)", "base64.b64decode(x)", "re.match(p, s)", "text.isdigit()"]
)
def test_planted_generous_call_is_caught(source: str) -> None:
    assert list(generous_calls(source))
