"""The purge as a job: of everything by schedule, or of one bucket for whoever deleted it."""

from buckets.model.job import Done
from buckets.names import BucketId
from buckets.scalars import uuid_text
from buckets.service.purge import Purge
from gateway.worker.runner import Handler, Task


def purge_handler(purge: Purge) -> Handler:
    async def handle(task: Task) -> Done:
        said = task.job.payload.get("bucket")
        bucket = BucketId(uuid_text(said, name="The bucket")) if said else None
        return Done(await purge.pass_once(task.report, bucket))

    return handle
