"""One thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How it stands; only what failed makes an installation unfit."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, in few words, and where it is not well what mends it."""

    check: str
    status: Status
    found: str
    remedy: str = ""


def well(check: str, found: str) -> Finding:
    return Finding(check, Status.OK, found)


def warned(check: str, found: str, remedy: str) -> Finding:
    return Finding(check, Status.WARNING, found, remedy)


def failed(check: str, found: str, remedy: str) -> Finding:
    return Finding(check, Status.FAILED, found, remedy)


def skipped(check: str, why: str) -> Finding:
    return Finding(check, Status.SKIPPED, why)
