"""A small document from an address that the operator has named: bounded in time and size, and from nowhere else."""

import asyncio
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponse, ClientSession, DummyCookieJar

from buckets.errors import IssuerUnavailable

_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDocument:
    """Where it is, how large it may be, and how long it may take from the first packet to the last byte."""

    url: str
    largest: int
    seconds: float = 5.0

    async def fetch(self) -> bytes:
        """IssuerUnavailable for whatever is no such document. A redirect is none: it would be somebody else's word."""
        try:
            async with (
                asyncio.timeout(self.seconds),
                self._session() as session,
                session.get(self.url, allow_redirects=False) as answer,
            ):
                return await self._whole(answer)
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise IssuerUnavailable from error

    def _session(self) -> ClientSession:
        """No cookies, and no compression, which could make much of little."""
        return ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False, headers={"Accept-Encoding": "identity"})

    async def _whole(self, answer: ClientResponse) -> bytes:
        if answer.status != _OK:
            raise IssuerUnavailable
        raw = bytearray()
        async for piece in answer.content.iter_any():
            raw += piece
            if len(raw) > self.largest:
                raise IssuerUnavailable
        return bytes(raw)
