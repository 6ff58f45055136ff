"""The passing on of what a deleted user left, as a job."""

from buckets.errors import NoSuchUser
from buckets.model.job import Done, Failed
from buckets.names import AccountId, UserId
from buckets.scalars import uuid_text
from buckets.service.estates import PassOn
from gateway.worker.runner import Handler, Task


def pass_on_handler(pass_on: PassOn) -> Handler:
    async def handle(task: Task) -> Done | Failed:
        said = task.job.payload
        giver = AccountId(said["account"]), UserId(uuid_text(said["user"], name="The user"))
        try:
            return Done(await pass_on(giver, UserId(uuid_text(said["heir"], name="The heir")), task.report))
        except NoSuchUser as gone:  # the heir was deleted meanwhile: it is for somebody to name another
            return Failed(str(gone), retry=False)

    return handle
