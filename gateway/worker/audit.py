"""The care for the audit, as jobs: sealing what happened, and removing it after its time."""

from datetime import timedelta

from buckets.model.job import Done
from buckets.service.audit_seals import RetainAudit, SealAudit
from gateway.worker.runner import Handler, Task

SEAL = "seal_audit"
RETAIN = "retain_audit"
RETAINED_EVERY = timedelta(days=1)


def seal_handler(seal: SealAudit) -> Handler:
    async def handle(task: Task) -> Done:
        return Done(await seal.pass_once(task.report))

    return handle


def retain_handler(retain: RetainAudit) -> Handler:
    async def handle(task: Task) -> Done:
        return Done(await retain.pass_once(task.report))

    return handle
