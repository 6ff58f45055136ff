"""A form with files, stored as they arrive.

A file is stored when its last byte is here, and stays whatever becomes of the rest. A bad file has its problem told in its place.
Where the form itself breaks, or we do, the answer is about that alone, as if the files before had been sent one by one: sent again
under its Idempotency-Key, a form stores what is missing, for its nth file goes under the key, a slash and n.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import msgspec
from aiohttp import web

from buckets.errors import ClientFault, Denied, InvalidScalar, MalformedForm, NoSuchBucket, NotImplementedYet
from buckets.model.bucket import Bucket
from buckets.model.commit import Committed, Condition
from buckets.names import ObjectKey
from buckets.ports import Claims
from buckets.upload_name import NOISE, display_name, made_key
from gateway.auth.objects import Upload
from gateway.edge.claims import http_claims
from gateway.edge.conditional import write_condition
from gateway.edge.exchange import Exchange
from gateway.rest import repeats
from gateway.rest.document import answer
from gateway.rest.form_fields import Fields
from gateway.rest.labels import FILENAME, labels
from gateway.rest.object_document import ObjectDocument, created, object_document
from gateway.rest.problems import ProblemDocument, problem_document, problem_of
from gateway.rest.request import RestRequest
from gateway.rest.route import Bytes
from gateway.wire.form import Form, Part, boundary_of

_UNKNOWN = "application/octet-stream"


class FileResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file: the object that it is now, or the problem with it."""

    status: int
    object: ObjectDocument | msgspec.UnsetType = msgspec.UNSET
    problem: ProblemDocument | msgspec.UnsetType = msgspec.UNSET


class FormResults(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the files of a form, in their order."""

    results: list[FileResult]


def is_form(exchange: Exchange) -> bool:
    kind = (exchange.header("Content-Type") or "").partition(";")[0]
    return kind.strip().lower() == Bytes.FORM


async def store_form(request: RestRequest) -> web.StreamResponse:
    """201 for a single file, as if it had come alone; for several, 207 with a result each."""
    _must_say_nothing_of_the_whole(request)
    repeats.said_key(request)  # one that is not valid is refused here, not with each file
    intake = _Intake(request, write_condition(request.exchange), Fields(labels(request.exchange)))
    bucket = await request.services.buckets.find(request.bucket)
    outcomes = [outcome async for outcome in intake.outcomes()]
    if not outcomes:
        raise MalformedForm("it has no file")
    if len(outcomes) > 1:
        return _told_of_several(request, bucket, outcomes)
    if isinstance(outcomes[0], ClientFault):
        raise outcomes[0]
    return created(request, bucket, outcomes[0])


@dataclass(slots=True)
class _Intake:
    """Takes the parts of a form one after the other."""

    request: RestRequest
    condition: Condition
    fields: Fields
    files: int = 0

    async def outcomes(self) -> AsyncIterator[Committed | ClientFault]:
        """Of each file. A fault that is not the file's, or that the whole form cannot get over, is raised."""
        content_type = self.request.exchange.header("Content-Type") or ""
        async for part in Form(self.request.exchange.body, boundary_of(content_type)):
            if part.name != "file":
                await self.fields.take(part)
            elif file := await _chosen(part):
                self.files += 1
                yield await self._outcome(file, self.fields.use())
        self.fields.must_be_used()

    async def _outcome(self, file: Part, key: str | None) -> Committed | ClientFault:
        try:
            name, upload = self._key(file, key), self._upload(file, key)
            return (await self.request.services.objects.put(self.request.bucket, name, upload))[1]
        except (Denied, NoSuchBucket):
            raise
        except ClientFault as fault:
            return fault

    def _key(self, file: Part, key: str | None) -> ObjectKey:
        if key is not None:
            return ObjectKey(key)
        around = self.request.around
        return made_key(self.request.services.objects.user, file.filename, around.clock.now(), around.ids.secret(NOISE))

    def _upload(self, file: Part, key: str | None) -> Upload:
        said = self.fields.labels
        upload = Upload(
            body=file.body,
            claims=Claims(),
            content_type=file.content_type or _UNKNOWN,
            metadata=said.metadata,
            tags=said.tags,
            filename=display_name(file.filename or ""),
            visibility=said.visibility,
            condition=self.condition,
        )
        return replace(upload, repeatable=repeats.of_upload(self.request, upload, key, nth=self.files))


async def _chosen(file: Part) -> Part | None:
    """None where a browser had no file to send: that comes without a name and without bytes."""
    if file.filename != "":
        return file
    first = await anext(file.body, b"")
    return replace(file, body=_behind(first, file.body)) if first else None


async def _behind(first: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in body:
        yield piece


def _must_say_nothing_of_the_whole(request: RestRequest) -> None:
    """Its files are stored before its last byte is here, so that what is claimed of all its bytes would be found wrong too late."""
    for claim in (*request.payload.claims(), *http_claims(request.exchange)):
        raise NotImplementedYet(f"the header {claim.header} of a form")
    if request.exchange.header(FILENAME) is not None:
        raise InvalidScalar("The header Seawall-Filename", "the files of a form bring their own names")


def _told_of_several(request: RestRequest, bucket: Bucket, outcomes: Sequence[Committed | ClientFault]) -> web.Response:
    results = FormResults(results=[_result(request, bucket, outcome) for outcome in outcomes])
    committed = [outcome for outcome in outcomes if isinstance(outcome, Committed)]
    return answer(request, 207, results, repeats.replayed(*committed))


def _result(request: RestRequest, bucket: Bucket, outcome: Committed | ClientFault) -> FileResult:
    if isinstance(outcome, Committed):
        return FileResult(status=201, object=object_document(request.around, bucket, outcome.head))
    instance = request.exchange.request.raw_path.partition("?")[0]
    document = problem_document(outcome, instance=instance, request_id=request.exchange.id)
    return FileResult(status=problem_of(outcome).status, problem=msgspec.json.decode(document, type=ProblemDocument))
