"""Room for what is recorded, as a job: without it the records of later months would all come to lie in one place."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from buckets.model.job import Done
from gateway.worker.runner import Handler, Task

ROOM = "room"
EVERY = timedelta(days=1)


def room_handler(make: Callable[[], Awaitable[None]]) -> Handler:
    async def handle(_: Task) -> Done:
        await make()
        return Done()

    return handle
