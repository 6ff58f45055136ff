"""An installation as its operator has it: servers, after `migrate up` and `init`, and processes over them."""

import asyncio
import base64
import json
import os
import secrets
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from gateway.config.config import variable
from gateway.embedded import roles
from tests.acceptance.stack import PATIENCE, SEAWALL, _awaited
from tests.fixtures.stack import Stack, ask

TOKEN = "t" * 32


@dataclass(frozen=True, slots=True)
class Installation:
    """Servers that are there, and what its processes are told of them."""

    stack: Stack
    dsn: str
    environment: Mapping[str, str]
    api_key: str

    def asked(self, statement: str) -> Any:
        return asyncio.run(ask(self.dsn, statement))


@dataclass(frozen=True, slots=True)
class Served:
    """A process of `seawall serve`."""

    process: "subprocess.Popen[str]"
    endpoint: str
    ops: str

    def ended(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def installed(root: Path) -> Iterator[Installation]:
    with Stack(root / "servers") as stack:
        password = secrets.token_hex(24)
        asyncio.run(roles.prepare(stack.postgres, database="seawall", service_role="seawall_service", service_password=password))
        owner = stack.postgres.dsn("seawall", stack.postgres.owner, stack.postgres.owner_password)
        settings = {
            "environment": "production",
            "catalog.dsn": stack.postgres.dsn("seawall", "seawall_service", password),
            "sessions.url": stack.valkey.url,
            "auth.seal_key": base64.b64encode(os.urandom(32)).decode("ascii"),
            "store.directory": str(root / "blobs"),
            "edge.port": "0",
            "edge.ops_port": "0",
            "edge.ops_token": TOKEN,
        }
        environment = {**os.environ, **{variable(name): value for name, value in settings.items()}}
        done(["migrate", "up"], {**environment, variable("catalog.owner_dsn"): owner})
        done(["init", "--credentials", str(root / "keys.json")], environment)
        key = json.loads((root / "keys.json").read_text("ascii"))["api_key"]
        yield Installation(stack, owner, environment, key)


def done(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    subprocess.run([str(SEAWALL), *arguments], env=environment, timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(installation: Installation, directory: Path, *arguments: str) -> Iterator[Served]:
    ready = directory / f"{secrets.token_hex(4)}.json"
    command = [str(SEAWALL), "serve", "--ready-file", str(ready), *arguments]
    environment = {**installation.environment, "TMPDIR": str(directory)}
    with subprocess.Popen(command, text=True, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            yield Served(process, **json.loads(_awaited(ready, process)))
        finally:
            process.kill()


def call(url: str, *, method: str = "GET", body: bytes | None = None, key: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, method=method, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def refused(installation: Installation, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A start that ends by itself."""
    command = [str(SEAWALL), "serve", *arguments]
    return subprocess.run(command, env=installation.environment, text=True, capture_output=True, timeout=PATIENCE, check=False)
