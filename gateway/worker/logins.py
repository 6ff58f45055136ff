"""Logins that are over, removed as a job."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol

from buckets.model.job import Done
from gateway.worker.runner import Handler, Task

LOGINS = "logins"
EVERY = timedelta(hours=1)
_BATCH = 1000


class Forget(Protocol):
    def __call__(self, *, limit: int) -> Awaitable[int]: ...


def logins_handler(forget: Forget) -> Handler:
    async def handle(_: Task) -> Done:
        removed = 0
        while (batch := await forget(limit=_BATCH)) > 0:
            removed += batch
        return Done({"removed": removed})

    return handle
