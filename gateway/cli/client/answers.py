"""What the service answers: a JSON document, or a problem that becomes a failure."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from buckets.errors import InvalidScalar
from buckets.scalars import json_object, whole_number
from gateway.cli.client.errors import Exit, Failure

_LARGEST_DOCUMENT = 64 << 20
"""A page of a thousand objects with all the metadata they may have is smaller."""
_LARGEST_PROBLEM = 64 << 10
_PASSING = frozenset({408, 429, 502, 503, 504})
_CODES = {401: Exit.REFUSED, 403: Exit.REFUSED, 404: Exit.NOT_FOUND}
_FOR_GOOD = frozenset({501, 505, 507})


async def document(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    """The body of a success."""
    if response.status == 204:
        return {}
    try:
        return json_object(await _body(response, _LARGEST_DOCUMENT), name="The answer", most=_LARGEST_DOCUMENT)
    except InvalidScalar as error:
        raise foreign() from error


async def failure(response: aiohttp.ClientResponse) -> Failure:
    """What an answer that is no success says, in the service's own words where it has any."""
    problem = await _problem(response)
    status = response.status
    said = problem.get("detail") or problem.get("title") or f"The service answered {status} {response.reason or ''}".strip()
    mark = f" (request {problem['request_id']})" if status >= 500 and problem.get("request_id") else ""
    return Failure(f"{said}{mark}", _exit_code(status), status=status, again=_again(response), final=status == 401)


def foreign() -> Failure:
    return Failure("What answers there does not speak as Seawall does: is the endpoint right?")


def _exit_code(status: int) -> Exit:
    if status >= 500 and status not in _FOR_GOOD:
        return Exit.UNAVAILABLE
    return _CODES.get(status, Exit.FAILED)


def _again(response: aiohttp.ClientResponse) -> float | None:
    """After how many seconds the service may have changed its mind; a conflict that passes says so by the header."""
    text = response.headers.get("Retry-After")
    if response.status not in _PASSING and not (response.status == 409 and text):
        return None
    try:
        return float(whole_number(text or "0", name="Retry-After", most=1 << 31))
    except InvalidScalar:
        return 0.0


async def _problem(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    with suppress(InvalidScalar, aiohttp.ClientError):
        return json_object(await _body(response, _LARGEST_PROBLEM), name="The answer", most=_LARGEST_PROBLEM)
    return {}


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """All of it, or a little more than the most."""
    raw = bytearray()
    async for piece in response.content.iter_any():
        raw += piece
        if len(raw) > most:
            break
    return bytes(raw)
