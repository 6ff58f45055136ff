"""Objects that get a name without anybody sending their bytes: by a copy, by a move, out of the trash."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from buckets.errors import InvalidScalar, NotImplementedYet
from buckets.model.commit import UNCONDITIONAL
from buckets.names import BucketName, ObjectKey
from gateway.auth.objects import CopyTerms, Named
from gateway.edge.conditional import write_condition
from gateway.rest import repeats
from gateway.rest.object_document import ObjectDocument, created
from gateway.rest.request import RestRequest
from gateway.rest.route import Parameter, Route

_COPY, _MOVE, _RESTORE = "copy-to", "move-to", "restore"


async def copy_object(request: RestRequest) -> web.StreamResponse:
    source, target = (request.bucket, request.key), _target(request, _COPY)
    return created(request, *await request.services.objects.copy(source, target, _terms(request)))


async def move_object(request: RestRequest) -> web.StreamResponse:
    source, target = (request.bucket, request.key), _target(request, _MOVE)
    return created(request, *await request.services.objects.move(source, target, _terms(request)))


async def restore_object(request: RestRequest) -> web.StreamResponse:
    """What was deleted last. Other versions can be read, but there is no way back to them but a copy."""
    if request.parameters[_RESTORE]:
        raise InvalidScalar(f"The parameter {_RESTORE}", "it takes no value")
    if write_condition(request.exchange) != UNCONDITIONAL:
        raise NotImplementedYet("a condition on a restore")
    return created(request, *await request.services.objects.restore(request.bucket, request.key, repeats.repeatable(request)))


def _target(request: RestRequest, parameter: str) -> Named:
    """A bucket, a slash, and a key, which may have slashes of its own."""
    bucket, slash, key = request.parameters[parameter].partition("/")
    if not slash:
        raise InvalidScalar(f"The parameter {parameter}", "a bucket, a slash and a key were expected")
    return BucketName(bucket), ObjectKey(key)


def _terms(request: RestRequest) -> CopyTerms:
    """Conditions are about what the target's name points to."""
    condition = write_condition(request.exchange)
    return CopyTerms(condition=condition, repeatable=repeats.repeatable(request, condition))


_PATH = "objects/{bucket}/{key}"
_CONDITIONS = ("if-match", "if-none-match")
_NAME: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z0-9.-]{3,63}/.+$", "examples": ["documents/letters/hello.txt"]}

ROUTES = (
    Route(
        name="CopyObject",
        method="POST",
        path=_PATH,
        part=_COPY,
        handle=copy_object,
        summary="Copy an object to another name. Conditions are about that name.",
        parameters=(Parameter(_COPY, "The other name: a bucket, a slash and a key.", _NAME),),
        headers=(repeats.HEADER, *_CONDITIONS),
        answers={201: ObjectDocument},
    ),
    Route(
        name="MoveObject",
        method="POST",
        path=_PATH,
        part=_MOVE,
        handle=move_object,
        summary="Give an object another name. Conditions are about that name.",
        parameters=(Parameter(_MOVE, "The new name: a bucket, a slash and a key.", _NAME),),
        headers=(repeats.HEADER, *_CONDITIONS),
        answers={201: ObjectDocument},
    ),
    Route(
        name="RestoreObject",
        method="POST",
        path=_PATH,
        part=_RESTORE,
        handle=restore_object,
        summary="Bring back what was deleted last under a name.",
        headers=(repeats.HEADER,),
        answers={201: ObjectDocument},
    ),
)
