"""Questions side by side: one that hangs or breaks holds up no other, and says nothing that it should not."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from gateway.doctor import disk
from gateway.doctor.disk import DiskCheck
from gateway.doctor.examination import Check, at_once, examined
from gateway.doctor.finding import Finding, Status, well


async def broken() -> AsyncGenerator[Finding, None]:
    yield well("broken.first", "fine")
    raise RuntimeError("postgresql://user:canary@host")


class Deaf:
    """Hears no cancellation, as a driver that waits for a server to cancel."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.told_to_stop = asyncio.Event()

    async def ask(self) -> AsyncGenerator[Finding, None]:
        yield well("deaf.first", "fine")
        while not self.end.is_set():
            try:
                await self.end.wait()
            except asyncio.CancelledError:
                self.told_to_stop.set()


async def test_one_that_hangs_is_given_up_and_what_it_has_told_stays_told() -> None:
    deaf = Deaf()
    checks = [
        Check(name="deaf", ask=deaf.ask, patience=0.05, remedy="Speak up."),
        at_once(well("quick", "fine")),
    ]
    findings = await examined(checks)
    await deaf.told_to_stop.wait()
    deaf.end.set()
    assert [(each.check, each.status) for each in findings] == [
        ("deaf.first", Status.OK),
        ("deaf", Status.FAILED),
        ("quick", Status.OK),
    ]
    assert (findings[1].found, findings[1].remedy) == ("it did not answer within 0.05 s", "Speak up.")


async def test_an_error_that_nobody_foresaw_is_named_and_not_quoted() -> None:
    findings = await examined([Check(name="broken", ask=broken)])
    assert [each.check for each in findings] == ["broken.first", "broken"]
    assert findings[1].found == "it could not be examined (RuntimeError)"
    assert findings[1].remedy
    assert "canary" not in str(findings)


async def test_a_disk_that_hangs_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the end of the program, which waits for threads unless they are daemons."""
    answer, reached = threading.Event(), list[bool]()

    def hang(_: Path) -> None:
        reached.append(threading.current_thread().daemon)
        answer.wait()

    monkeypatch.setattr(disk, "write", hang)
    findings = await examined([Check(name="disk", ask=DiskCheck(name="disk", directory=tmp_path).ask, patience=0.2)])
    assert reached == [True]
    assert [(each.check, each.status) for each in findings] == [("disk", Status.FAILED)]
    answer.set()
