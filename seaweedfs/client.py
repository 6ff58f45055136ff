"""Conversations with SeaweedFS's S3 gateway: signed, bounded in time and number, its faults in our words."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import (
    AsyncIterablePayload,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
)

from buckets.errors import StorageError, StoreBusy, StoreUnavailable
from buckets.ports import Clock
from seaweedfs.endpoints import Endpoint, Endpoints
from seaweedfs.outgoing import Held, Outgoing
from seaweedfs.sign import Request, Signer
from seaweedfs.wire import refusal

Body: TypeAlias = bytes | Outgoing | None

_OURS_ALONE = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_MOST_WORDS = 1 << 20
_KEPT_ALIVE = 30.0
"""Seconds, well below the two minutes after which SeaweedFS ends an idle connection."""


class _NotSent(StoreBusy):
    """Nothing of it can have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds to wait for a connection, and for the other side's next sign of life."""

    connect: float
    answer: float


class Exchange:
    """An answer whose body was not read yet. It holds a connection, and a place at its endpoint, until it is closed."""

    def __init__(self, response: ClientResponse, endpoint: Endpoint) -> None:
        self._response: ClientResponse | None = response
        self._endpoint = endpoint
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def chunk(self) -> bytes:
        """What has come of the body, nothing after its end; StoreBusy when it breaks off before that."""
        if self._response is None:
            raise StoreBusy
        try:
            return await self._response.content.readany()
        except (ClientError, OSError) as error:
            raise StoreBusy from error

    async def words(self) -> bytes:
        """The body, when it is a document or an error."""
        words = b""
        while chunk := await self.chunk():
            words += chunk
            if len(words) > _MOST_WORDS:
                raise StoreUnavailable("it said more than anybody wants to know")
        return words

    def close(self) -> None:
        """A connection whose answer was read to its end is kept for the next request, another is cut."""
        if self._response:
            self._response.close()
            self._response = None
            self._endpoint.gate.leave()


class S3Client:
    """Sends requests to whichever endpoint answers. Made on the loop that uses it."""

    def __init__(self, endpoints: Endpoints, signer: Signer, clock: Clock, patience: Patience) -> None:
        self._endpoints = endpoints
        self._signer = signer
        self._clock = clock
        self._patience = patience
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=_KEPT_ALIVE),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None, connect=patience.connect, sock_connect=patience.connect, sock_read=patience.answer),
            skip_auto_headers=_OURS_ALONE,
            auto_decompress=False,
        )
        self._upload = ClientTimeout(total=None, connect=patience.connect, sock_connect=patience.connect)

    async def send(self, request: Request, body: Body = None) -> Exchange:
        """The first answer that is not the server's own failure. What cannot be said twice is not said to a second endpoint."""
        fault = StoreBusy()
        for endpoint in self._endpoints.in_turn():
            try:
                return await self._ask(endpoint, request, body)
            except StoreBusy as busy:
                self._endpoints.failed(endpoint)
                if not (isinstance(busy, _NotSent) or _can_be_repeated(request, body)):
                    raise
                fault = busy
        raise StoreBusy from fault

    async def answer(self, request: Request, body: Body = None) -> tuple[int, Mapping[str, str], bytes]:
        """The same for an answer that is read whole."""
        exchange = await self.send(request, body)
        try:
            return exchange.status, exchange.headers, await exchange.words()
        finally:
            exchange.close()

    async def close(self) -> None:
        await self._session.close()

    async def _ask(self, endpoint: Endpoint, request: Request, body: Body) -> Exchange:
        try:
            await endpoint.gate.enter()
        except StoreBusy as busy:
            raise _NotSent from busy
        try:
            response = await self._deliver(endpoint, request, body)
        except BaseException:
            endpoint.gate.leave()
            raise
        exchange = Exchange(response, endpoint)
        if exchange.status >= 500:
            raise await _server_fault(exchange)
        self._endpoints.answered(endpoint)
        return exchange

    async def _deliver(self, endpoint: Endpoint, request: Request, body: Body) -> ClientResponse:
        try:
            if isinstance(body, Outgoing):
                return await self._upload_to(endpoint, request, body)
            return await self._request(endpoint, request, data=None if body is None else AsyncIterablePayload(Held(body)))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise _NotSent from error
        except (ClientError, OSError) as error:
            if isinstance(body, Outgoing) and body.fault:
                raise body.fault from None
            raise StoreBusy from error

    async def _upload_to(self, endpoint: Endpoint, request: Request, body: Outgoing) -> ClientResponse:
        """Nothing of the body is drawn before the server says that it wants it, and nothing any more when this has failed.

        That it was stored is believed of a body that was sent.
        """
        try:
            response = await self._watched(endpoint, request, body)
        except BaseException:
            await body.settled()
            raise
        if not body.whole and (body.drawn or response.status == 200):
            response.close()
            await body.settled()
            raise refusal(response.status, b"", name="")
        return response

    async def _watched(self, endpoint: Endpoint, request: Request, body: Outgoing) -> ClientResponse:
        async with asyncio.timeout(self._patience.connect + self._patience.answer) as watch:
            body.watched_by(watch)
            try:
                return await self._request(endpoint, request, data=body, expect100=True, timeout=self._upload)
            finally:
                body.watched_by(None)

    async def _request(self, endpoint: Endpoint, request: Request, **options: object) -> ClientResponse:
        headers = self._signer.headers(request, host=endpoint.host, at=self._clock.now())
        url = endpoint.url + request.target
        return await self._session.request(request.method, url, headers=headers, allow_redirects=False, **options)  # type: ignore[arg-type]


def _can_be_repeated(request: Request, body: Body) -> bool:
    """A name is written once: of a put that may have arrived nobody knows what became."""
    return request.method != "PUT" or (isinstance(body, Outgoing) and not body.drawn)


async def _server_fault(exchange: Exchange) -> StorageError:
    words = b""
    try:
        with suppress(StorageError):
            words = await exchange.words()
    finally:
        exchange.close()
    return refusal(exchange.status, words, name="")
