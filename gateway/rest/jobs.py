"""`/v1/jobs`: what is being done in the background for an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from buckets.errors import NoSuchResource
from buckets.model.job import Job, JobState
from buckets.names import JobId
from buckets.scalars import uuid_text
from gateway.rest.document import answer
from gateway.rest.request import RestRequest
from gateway.rest.route import Route


class JobDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stands. The error says why its last attempt failed."""

    id: UUID
    kind: str
    state: JobState
    progress: Mapping[str, int | str]
    error: str | None
    result: Mapping[str, Any] | None
    created_at: Annotated[datetime, Meta(tz=True)]
    updated_at: Annotated[datetime, Meta(tz=True)]


class JobReference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a job is asked about."""

    id: UUID
    url: str


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """It is accepted; a job does the rest."""

    job: JobReference


async def get_job(request: RestRequest) -> web.StreamResponse:
    text = request.parts["job"].decode("ascii", "replace")
    job = await request.services.jobs.find(JobId(uuid_text(text, name="The id of the job")))
    if job is None:
        raise NoSuchResource(f"jobs/{text}")
    return answer(request, 200, _document(job))


def started(request: RestRequest, job: JobId) -> web.StreamResponse:
    """202: where to ask about what was begun."""
    url = request.around.job_url(job)
    return answer(request, 202, Started(job=JobReference(id=job, url=url)), {"Location": url})


def _document(job: Job) -> JobDocument:
    return JobDocument(
        id=job.id,
        kind=job.kind,
        state=job.state,
        progress=job.progress,
        error=job.error,
        result=job.result,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


ROUTES = (
    Route(
        name="GetJob",
        method="GET",
        path="jobs/{job}",
        handle=get_job,
        summary="Ask how far a job has come.",
        answers={200: JobDocument},
    ),
)
