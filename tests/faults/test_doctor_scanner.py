"""`seawall doctor` and clamd: one that is there, one that hangs, and none."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.doctor.finding import Status
from gateway.doctor.scanner import ScannerCheck
from gateway.embedded.waiting import wait_until
from tests.factories.findings import found


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Path]:
    """The socket of a real one, with a signature of its own."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        required = "clamd" in os.environ.get("SEAWALL_TEST_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)("clamd is not installed")
    (tmp_path / "database").mkdir()
    (tmp_path / "database/test.ndb").write_text("Eicar-Test:0:0:58354f2150254041505b345c505a58353428505e2937434329377d24\n")
    socket, settings = tmp_path / "clamd.sock", tmp_path / "clamd.conf"
    settings.write_text(f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {tmp_path / 'database'}\n")
    with subprocess.Popen([program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(socket.exists, timeout=60, otherwise="clamd did not start")
            yield socket
        finally:
            process.kill()


async def test_one_that_is_there_is_told_with_its_version(clamd: Path, tmp_path: Path) -> None:
    [finding] = await found(ScannerCheck(places=(tmp_path / "nobody.sock", clamd)).ask())
    assert finding.status is Status.OK
    assert finding.found.startswith("ClamAV ")


async def test_one_that_hangs_is_given_up(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(silent, tmp_path / "hung.sock"):
        [finding] = await found(ScannerCheck(places=(tmp_path / "hung.sock",), patience=0.1).ask())
    assert finding.status is Status.WARNING
    assert "does not answer" in finding.found


async def test_without_one_objects_are_unscanned(tmp_path: Path) -> None:
    [finding] = await found(ScannerCheck(places=(tmp_path / "nobody.sock", ("127.0.0.1", 1))).ask())
    assert (finding.status, bool(finding.remedy)) == (Status.WARNING, True)
    assert "unscanned" in finding.found
