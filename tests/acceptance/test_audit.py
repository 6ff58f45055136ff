"""`seawall audit verify` as an operator types it, beside a stack that seals by itself."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up
from tests.fixtures.databases import connected
from tests.fixtures.stack import ask, running

HAPPENED = """
INSERT INTO audit (at, id, account, action, result, request_id)
SELECT now() - interval '20 minutes' + make_interval(secs => n), gen_random_uuid(), '123456789012', 'put_object', 'done', 'R'
FROM generate_series(1, 5) n
"""
READS = "SELECT count(*) FROM access_log WHERE action = 'get_object' AND result = 'done' AND bytes = 5"
SEALS = "SELECT count(*) FROM audit_seal"
TAMPERING = {
    "missing": "DELETE FROM audit WHERE id = (SELECT id FROM audit ORDER BY at OFFSET 2 LIMIT 1)",
    "altered": "UPDATE audit SET action = 'nothing' WHERE id = (SELECT id FROM audit ORDER BY at OFFSET 2 LIMIT 1)",
    "added": HAPPENED,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stack(data: Path) -> Iterator[Stack]:
    with up(data, "--set", "audit.seal_every=1") as stack:
        yield stack


def verify(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(SEAWALL), "audit", "verify", "--data", str(data), *arguments]
    return subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE, check=False)


def superuser(data: Path) -> str:
    server = PostgresServer(DataDirectory(data))
    return server.dsn("seawall", server.owner, server.owner_password)


async def do(data: Path, *statements: str) -> None:
    async with connected(superuser(data)) as connection:
        for statement in statements:
            await connection.execute(statement)


async def sealed(data: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await ask(superuser(data), SEALS):  # noqa: ASYNC110 - who seals is another process
            await asyncio.sleep(0.1)


async def test_the_chain_holds_until_somebody_touches_what_it_covers(stack: Stack, data: Path) -> None:
    assert verify(data).stdout == "0 seals over 0 rows hold\n"
    await do(data, HAPPENED)
    await sealed(data)
    ended = verify(data)
    assert (ended.returncode, ended.stderr) == (0, "")
    first, last = ended.stdout.splitlines()
    assert first == "1 seals over 5 rows hold"
    known = last.removeprefix("the newest is ")
    assert verify(data, "--known", known).returncode == 0
    await do(data, "CREATE TABLE kept AS SELECT * FROM audit")
    for flaw, statement in TAMPERING.items():
        await do(data, statement)
        ended = verify(data, "--json")
        document = json.loads(ended.stdout)
        assert (ended.returncode, document["holds"]) == (3, False)
        assert [(each["number"], each["flaw"]) for each in document["broken"]] == [(1, flaw)]
        await do(data, "DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept")
    assert json.loads(verify(data, "--json").stdout)["holds"] is True
    ended = verify(data, "--known", "1:" + "0" * 64)
    assert ended.returncode == 3
    assert ended.stdout.splitlines()[0] == "seal 1: it is not there with the hash that it is known by"


@pytest.mark.parametrize("known", ["1", "x:00", "0:" + "0" * 64, "1:" + "F" * 64])
def test_what_is_no_seal_is_refused(data: Path, known: str) -> None:
    assert verify(data, "--known", known).returncode == 2


def test_where_there_is_nothing_it_says_so(data: Path) -> None:
    ended = verify(data)
    assert (ended.returncode, ended.stdout) == (1, "")


async def test_what_was_read_before_a_stop_is_on_record_after_it(data: Path) -> None:
    with up(data) as stack:
        wire = HTTPConnection(urlsplit(stack.endpoint).netloc, timeout=PATIENCE)
        for method, status in (("PUT", 201), ("GET", 200), ("GET", 200)):
            body = b"hello" if method == "PUT" else None
            wire.request(method, "/v1/objects/documents/a", body=body, headers={"Authorization": f"Bearer {stack.api_key}"})
            answer = wire.getresponse()
            assert (answer.status, answer.read() == b"hello") == (status, method == "GET")
        wire.close()
    with running(PostgresServer(DataDirectory(data))):
        assert await ask(superuser(data), READS) == 2
