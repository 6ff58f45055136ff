"""clamd, where there is one. Nothing in Seawall asks it yet, so none is missed: objects stay `unscanned`."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gateway.doctor.finding import Finding, warned, well

NAME = "scanner"
USUAL_PLACES: "Sequence[Place]" = (
    Path("/run/clamav/clamd.ctl"),
    Path("/run/clamd.scan/clamd.sock"),
    Path("/tmp/clamd.sock"),  # noqa: S108  # where the compose file has it; it is only asked, and told nothing
    ("127.0.0.1", 3310),
)
Place: TypeAlias = Path | tuple[str, int]

_PATIENCE = 2.0
_LONGEST_ANSWER = 1024
_VERSION = re.compile(r"ClamAV ([\w.-]{1,40})(?:/(\d{1,9})/([\w :]{1,40}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerCheck:
    """Asks for the version at each place, side by side."""

    places: Sequence[Place] = USUAL_PLACES
    patience: float = _PATIENCE

    async def ask(self) -> AsyncGenerator[Finding, None]:
        answers = await asyncio.gather(*(self._said(place) for place in self.places))
        yield judged(answers, patience=self.patience, installed=_installed())

    async def _said(self, place: Place) -> str | None:
        """The version, nothing from who does not answer, and None where nobody is."""
        try:
            async with asyncio.timeout(self.patience):
                return await _version(place)
        except TimeoutError:
            return ""
        except OSError:
            return None


def judged(answers: Sequence[str | None], *, patience: float, installed: bool) -> Finding:
    for answer in answers:
        if answer and (match := _VERSION.match(answer)):
            signatures = f", signatures {match[2]} of {match[3]}" if match[2] else ", without signatures"
            return well(NAME, f"ClamAV {match[1]}{signatures}; this version does not ask it yet: objects stay unscanned")
    if any(answer is not None for answer in answers):
        found = f"clamd does not answer within {patience:g} s: objects stay unscanned"
        return warned(NAME, found, "Look into its log, and start it again: systemctl restart clamav-daemon.")
    if installed:
        return warned(NAME, "clamd is installed and does not run: objects stay unscanned", "systemctl enable --now clamav-daemon")
    found = "no clamd at the usual places: objects stay unscanned"
    return warned(NAME, found, "Install and start one (clamav-daemon), or with compose: --profile scan.")


def _installed() -> bool:
    """Where daemons are, which is not on everybody's PATH."""
    return shutil.which("clamd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin") is not None


async def _version(place: Place) -> str:
    reader, writer = await (asyncio.open_unix_connection(place) if isinstance(place, Path) else asyncio.open_connection(*place))
    try:
        writer.write(b"zVERSION\0")
        answer = await reader.read(_LONGEST_ANSWER)
        return answer.rstrip(b"\0").decode("ascii", "replace")
    finally:
        writer.transport.abort()
