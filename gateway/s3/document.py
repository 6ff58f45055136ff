"""The documents of a conversation: the one that a request brings, and the one that answers it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from aiohttp import web

from buckets.model.checksum import Claim
from buckets.ports import Claims
from gateway.edge.respond import whole
from gateway.s3.request import S3Request
from gateway.s3.xml.element import Element
from gateway.s3.xml.reader import read_document

_MOST = 2 << 20


async def received(request: S3Request, claims: Sequence[Claim], *, root: str) -> Element | None:
    """What the body says, None where it is empty. Nothing of it is looked at before it is what was claimed."""
    body = request.exchange.body
    async with request.around.checksums.inspect(Claims(size=body.declared, digests=claims), limit=_MOST) as inspection:
        pieces = [piece async for piece in inspection.watch(body)]
        await inspection.findings()
    return await read_document(_once_more(pieces), root=root, most=_MOST) if pieces else None


def answered(request: S3Request, document: bytes, headers: Mapping[str, str] | None = None) -> web.StreamResponse:
    return whole(request.exchange, 200, headers={"Content-Type": "application/xml", **(headers or {})}, body=document)


async def _once_more(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
