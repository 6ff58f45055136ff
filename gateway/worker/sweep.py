"""The sweep as a job."""

from buckets.model.job import Done, Failed
from buckets.service.sweep import Sweep
from gateway.worker.runner import Handler, Task

SWEEP = "sweep"


def sweep_handler(sweep: Sweep) -> Handler:
    async def handle(task: Task) -> Done | Failed:
        swept = await sweep.pass_once(task.report)
        return Done(swept.progress)

    return handle
