"""The purge as a job."""

from buckets.model.job import Done
from buckets.service.purge import Purge
from gateway.worker.runner import Handler, Task


def purge_handler(purge: Purge) -> Handler:
    async def handle(task: Task) -> Done:
        return Done({"versions": await purge.pass_once(task.report)})

    return handle
