"""JSON documents: those that requests hold, read whole and strictly since they are small, and those that answers are."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeVar

import msgspec
from aiohttp import web

from buckets.errors import DigestMismatch, InvalidScalar, MediaTypeNotSupported, TooLarge
from buckets.model.checksum import Claim
from buckets.scalars import json_object
from gateway.edge.body import ReceivedBody
from gateway.edge.claims import http_claims
from gateway.edge.exchange import Exchange
from gateway.edge.respond import whole
from gateway.edge.serving import REVALIDATED
from gateway.rest.request import PublicRequest
from gateway.rest.route import JSON

T = TypeVar("T")

LARGEST = 1 << 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


async def document(request: PublicRequest, kind: type[T], media: Collection[str] = (JSON,), *, absent: T | None = None) -> T:
    """The body as a struct of this kind, whose types and bounds must hold exactly; `absent` is what no body at all says."""
    exchange = request.exchange
    if absent is None or exchange.body.declared != 0:
        _must_be(exchange, media)
    claims = [*request.payload.claims(), *http_claims(exchange)]
    raw = await _whole(exchange.body)
    for claim in claims:
        _must_hold(claim, raw)
    if absent is not None and not raw:
        return absent
    try:
        return msgspec.convert(json_object(raw, name="The document", most=LARGEST), kind)
    except msgspec.ValidationError as error:
        raise InvalidScalar("The document", str(error)) from error


def answer(request: PublicRequest, status: int, told: msgspec.Struct, headers: Mapping[str, str] = _NOTHING) -> web.Response:
    headers = {"Content-Type": JSON, "Cache-Control": REVALIDATED, **headers}
    return whole(request.exchange, status, headers=headers, body=msgspec.json.encode(told))


def _must_be(exchange: Exchange, media: Collection[str]) -> None:
    """JSON is UTF-8 by itself, so that what stands behind the type says nothing."""
    said = (exchange.header("Content-Type") or "").partition(";")[0].strip().lower()
    if said not in media:
        raise MediaTypeNotSupported(" or ".join(media))


async def _whole(body: ReceivedBody) -> bytes:
    if (body.declared or 0) > LARGEST:
        raise TooLarge(LARGEST)
    raw = bytearray()
    async for piece in body:
        raw += piece
        if len(raw) > LARGEST:
            raise TooLarge(LARGEST)
    return bytes(raw)


def _must_hold(claim: Claim, raw: bytes) -> None:
    computed = hashlib.new(claim.algorithm, raw, usedforsecurity=False).digest()
    if not hmac.compare_digest(claim.value, computed):
        raise DigestMismatch(claim.algorithm, claim.value.hex(), computed.hex(), claim.header)
