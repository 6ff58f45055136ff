"""`/v1/explain`: whether the caller may do something, and which rule says so."""

import msgspec
from aiohttp import web

from buckets.errors import InvalidScalar
from buckets.model.action import Action
from buckets.names import BucketName, ObjectKey
from buckets.policy import Ruling
from gateway.rest.document import answer
from gateway.rest.request import RestRequest
from gateway.rest.route import Parameter, Route


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The ruling is `yes`, `no`, `if_own` or `if_public`: the last two are decided by the object.

    The rule is `scope` (what the key is limited to), `policy:NAME` (a statement of the bucket), `role`, `ownership`, `visibility`,
    or `account` (the bucket is another account's).
    """

    action: Action
    bucket: str | None
    key: str | None
    ruling: str
    rule: str


async def explain(request: RestRequest) -> web.StreamResponse:
    action, bucket, key = _action(request), request.parameters.get("bucket"), request.parameters.get("key")
    if key is not None and bucket is None:
        raise InvalidScalar("The parameter key", "a bucket is missing")
    name = None if bucket is None else BucketName(bucket)
    verdict = await request.services.explain(action, name, None if key is None else ObjectKey(key))
    said = Explanation(action=action, bucket=bucket, key=key, ruling=_RULINGS[verdict.ruling], rule=verdict.rule)
    return answer(request, 200, said)


def _action(request: RestRequest) -> Action:
    word = request.parameters.get("action", "")
    if word not in set(Action):
        raise InvalidScalar("The parameter action", f"it is one of {', '.join(Action)}")
    return Action(word)


_RULINGS = {ruling: ruling.name.lower() for ruling in Ruling}

ROUTES = (
    Route(
        name="Explain",
        method="GET",
        path="explain",
        handle=explain,
        summary="Ask whether one may do something, and which rule decides.",
        parameters=(
            Parameter("action", "What is to be done.", {"type": "string", "enum": [*map(str, Action)]}),
            Parameter("bucket", "To which bucket, or in which.", {"$ref": "#/components/schemas/BucketName"}),
            Parameter("key", "To which object.", {"$ref": "#/components/schemas/ObjectKey"}),
        ),
        answers={200: Explanation},
    ),
)
