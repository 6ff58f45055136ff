"""Work that is done later, elsewhere or again and again: product rows with an owner, a state and a progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any, TypeAlias

from buckets.names import AccountId, JobId, UserId

Document: TypeAlias = Mapping[str, Any]
"""A JSON object."""

Progress: TypeAlias = Mapping[str, int | str]

MOST_ATTEMPTS = 5
LOST = "The worker that ran it went away."

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 3600.0


class JobState(StrEnum):
    """How far a job has come. What is dead has used up its attempts or cannot succeed; nobody runs it again by themselves."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({JobState.WAITING, JobState.RUNNING})


class LeaseState(Enum):
    """What a heartbeat learns."""

    HELD = auto()
    CANCEL_REQUESTED = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is to be done, for whom, and when: at once unless said.

    Of the jobs of a kind that share a `dedupe`, one is unfinished at a time.
    """

    kind: str
    payload: Document = field(default_factory=dict)
    account: AccountId | None = None
    owner: UserId | None = None
    run_at: datetime | None = None
    most_attempts: int = MOST_ATTEMPTS
    dedupe: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands. `attempt` counts the runs that were begun, and `error` says why the last of them failed."""

    id: JobId
    kind: str
    payload: Document
    state: JobState
    attempt: int
    most_attempts: int
    account: AccountId | None
    owner: UserId | None
    progress: Progress
    error: str | None
    result: Document | None
    run_at: datetime
    created_at: datetime
    updated_at: datetime
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Done:
    """It is done, and this came of it."""

    result: Document | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It failed for a reason that its owner may read; it is tried again where that can help and attempts are left."""

    reason: str
    retry: bool = True


@dataclass(frozen=True, slots=True)
class Released:
    """It was given back before its end: due as before, and the attempt does not count."""


JobOutcome: TypeAlias = Done | Failed | Released


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What an outcome makes of a job. One that is not done and was to be cancelled is cancelled instead."""

    state: JobState
    attempt: int
    error: str | None = None
    result: Document | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job again and again: due at once when it is new, then once in each period, unless the job before is unfinished still."""

    name: str
    kind: str
    every: timedelta
    payload: Document = field(default_factory=dict)


def settlement(job: Job, outcome: JobOutcome, *, noise: bytes) -> Settlement:
    match outcome:
        case Done(result):
            return Settlement(state=JobState.DONE, attempt=job.attempt, result=result)
        case Released():
            return Settlement(state=JobState.WAITING, attempt=job.attempt - 1, error=job.error)
        case Failed(reason, retry) if retry and job.attempt < job.most_attempts:
            wait = backoff(job.attempt, noise=noise)
            return Settlement(state=JobState.WAITING, attempt=job.attempt, error=reason, wait=wait)
        case Failed(reason):
            return Settlement(state=JobState.DEAD, attempt=job.attempt, error=reason)


def backoff(attempt: int, *, noise: bytes) -> timedelta:
    """1 s after the first attempt, twice as long after each further one, at most 1 h; random bytes take up to half of it away."""
    longest = min(_FIRST_WAIT * 2 ** min(attempt - 1, 32), _LONGEST_WAIT)
    chance = int.from_bytes(noise, "big") / (1 << 8 * len(noise))
    return timedelta(seconds=longest * (1 - chance / 2))
