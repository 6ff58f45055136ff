"""One data directory that stacks come and go over: some die on purpose, the others are plain `seawall up`."""

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path
from signal import SIGKILL
from urllib.parse import urlsplit

from buckets.ports import Phase
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.acceptance.stack import PATIENCE, Stack, _awaited, up
from tests.faults import crashing
from tests.faults.depot import Depot
from tests.faults.ledger import assert_sound
from tests.faults.sweeping import abandon, needed, sweep_all

_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An object as its writer says it, and as its readers should find it."""

    body: bytes
    content_type: str = "text/plain"
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        said = {"content-type": self.content_type, "content-length": str(len(self.body))}
        return said | {f"x-amz-meta-{name}": value for name, value in self.metadata.items()}

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


@dataclass(frozen=True)
class Answer:
    """A whole one."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Surface:
    """The S3 front of a stack, over sockets of our own: an answer is seen to have come, or not."""

    stack: Stack

    def send(self, method: str, name: str, stored: Stored | None = None, **more: str) -> socket.socket:
        """A request, as far as the other side takes it; the answer is still to come."""
        place = urlsplit(self.stack.endpoint)
        wire = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        said = {
            "host": "storage.example",
            "authorization": f"Bearer {self.stack.api_key}",
            **(stored.headers if stored else {}),
            **more,
        }
        lines = [f"{method} /{name} HTTP/1.1", *(f"{header}: {value}" for header, value in said.items())]
        with suppress(ConnectionError):
            wire.sendall("\r\n".join([*lines, "", ""]).encode() + (stored.body if stored else b""))
        return wire

    def ask(self, method: str, name: str, stored: Stored | None = None, **more: str) -> Answer:
        with closing(self.send(method, name, stored, **more)) as wire:
            return answered(wire, method)

    def put(self, name: str, stored: Stored) -> None:
        assert self.ask("PUT", name, stored).status == 200

    def assert_reads(self, name: str, stored: Stored | None) -> None:
        """Wholly this, or wholly nothing."""
        for method in ("GET", "HEAD"):
            answer = self.ask(method, name)
            assert answer.status == (200 if stored else 404)
            if stored:
                metadata = [header for header in answer.headers if header.startswith("x-amz-meta-")]
                assert {header: answer.headers[header] for header in (*stored.headers, *metadata)} == stored.headers
                assert answer.headers["etag"] == stored.etag
                assert answer.body == (stored.body if method == "GET" else b"")


def answered(wire: socket.socket, method: str) -> Answer:
    response = HTTPResponse(wire, method=method)
    with closing(response):
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def unanswered(wire: socket.socket) -> bool:
    """Whether the connection ends without a byte."""
    with closing(wire), suppress(ConnectionError):
        return wire.recv(1) == b""
    return True


@dataclass(frozen=True)
class Doomed(Surface):
    """A stack that will die, once it is armed."""

    ready: Path
    mode: str

    def arm(self) -> None:
        crashing.armed(self.ready).touch()

    def has_died(self) -> None:
        """Wait until it has, and finish what has only come to a stop."""
        if self.mode == "kill":
            _awaited(crashing.dying(self.ready), self.stack.process)
            self.stack.kill()
        assert self.stack.process.wait(PATIENCE) == (-SIGKILL if self.mode == "kill" else crashing.STATUS)


@dataclass
class Installation:
    """The directory, and what is acknowledged to be in it."""

    data: Path
    depot: Depot
    acknowledged: dict[str, Stored | None] = field(default_factory=dict)

    @contextmanager
    def doomed(self, operation: str, phase: Phase, mode: str, *, number: int = 1) -> Iterator[Doomed]:
        """Running until the n-th such operation has come so far; it must have died inside the context."""
        ready = self.data.parent / "doomed.json"
        for file in (ready, crashing.armed(ready), crashing.dying(ready)):
            file.unlink(missing_ok=True)
        arguments = [str(self.data), str(ready), operation, phase, str(number), mode, *self._settings]
        command = [sys.executable, crashing.__file__, *arguments]
        environment = {**os.environ, "PYTHONPATH": str(_CHECKOUT)}
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, env=environment) as process:
            try:
                stack = Stack(process=process, **json.loads(_awaited(ready, process)))
                yield Doomed(stack, ready, mode)
            finally:
                process.kill()

    @contextmanager
    def recovered(self) -> Iterator[Surface]:
        """A plain stack, in which everything is as it was acknowledged."""
        with up(self.data, *(f"--set={each}" for each in self._settings)) as stack:
            surface = Surface(stack)
            self._assert_as_acknowledged(surface)
            yield surface

    def acknowledge(self, objects: Mapping[str, Stored | None], *, on: Surface) -> None:
        """They were said to be so, and are to stay so."""
        for name, stored in objects.items():
            on.assert_reads(name, stored)
        self.assert_sound()
        self.acknowledged.update(objects)

    def sweep(self, *, on: Surface) -> None:
        """Nothing is left but what is needed, and that is there when the store has given back the room of the rest."""
        asyncio.run(abandon(self.dsn))
        asyncio.run(sweep_all(self.dsn, self.depot))
        self.depot.vacuum()
        self._assert_as_acknowledged(on)
        assert asyncio.run(self.depot.stored()) == asyncio.run(needed(self.dsn))

    def assert_sound(self) -> None:
        asyncio.run(assert_sound(self.dsn, asyncio.run(self.depot.stored())))

    def _assert_as_acknowledged(self, surface: Surface) -> None:
        for name, stored in self.acknowledged.items():
            surface.assert_reads(name, stored)
        self.assert_sound()

    @property
    def _settings(self) -> Sequence[str]:
        return [f"{name}={value}" for name, value in self.depot.settings.items()]

    @cached_property
    def dsn(self) -> str:
        """Of the database, for its owner, while a stack is up."""
        server = PostgresServer(DataDirectory(self.data))
        return server.dsn("seawall", server.owner, server.owner_password)
