"""10 KB objects over a socket, through everything, beside a bare file server that does nothing but write and read files."""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from tests.acceptance.stack import up
from tests.bench.table import Line

ROUNDS = 3
SECONDS = 2.0
CALLERS = 32
BODY = os.urandom(10_000)
Call = Callable[[ClientSession, int], Awaitable[None]]


async def small_objects(scratch: Path) -> Sequence[Line]:
    with up(scratch / "stack") as stack, _file_server(scratch / "files") as plain:
        ours = f"{stack.endpoint}/v1/objects/batches/"
        headers = {"Authorization": f"Bearer {stack.api_key}"}
        theirs = await _address(plain)
        rates: dict[str, list[float]] = {name: [] for name in ("put", "plain put", "get", "plain get")}
        async with ClientSession(connector=TCPConnector(limit=CALLERS)) as session:
            for _ in range(ROUNDS):
                rates["put"].append(await _rate(session, _put(ours, headers)))
                rates["plain put"].append(await _rate(session, _put(theirs, {})))
                rates["get"].append(await _rate(session, _get(ours, headers)))
                rates["plain get"].append(await _rate(session, _get(theirs, {})))
    return [
        Line("PUT 10 KB, /v1, 32 callers", rates["put"], "a bare file server", rates["plain put"]),
        Line("GET 10 KB, /v1, 32 callers", rates["get"], "a bare file server", rates["plain get"]),
    ]


def _put(base: str, headers: dict[str, str]) -> Call:
    async def call(session: ClientSession, number: int) -> None:
        async with session.put(f"{base}{number % 5000}", data=BODY, headers=headers) as answer:
            assert answer.status < 300

    return call


def _get(base: str, headers: dict[str, str]) -> Call:
    async def call(session: ClientSession, number: int) -> None:
        async with session.get(f"{base}{number % 100}", headers=headers) as answer:
            assert len(await answer.read()) == len(BODY)

    return call


async def _rate(session: ClientSession, call: Call) -> float:
    numbers = itertools.count()
    end = time.perf_counter() + SECONDS

    async def caller() -> None:
        while time.perf_counter() < end:
            await call(session, next(numbers))

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return next(numbers) / (time.perf_counter() - began)


def _file_server(root: Path) -> "subprocess.Popen[str]":
    root.mkdir()
    command = [sys.executable, "-m", "tests.bench.file_server", str(root)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE)


async def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    return (await asyncio.to_thread(server.stdout.readline)).strip()
