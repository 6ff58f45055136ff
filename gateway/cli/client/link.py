"""The way to the service: requests, each with its time limit, and every accident on the way as one kind of failure."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias
from urllib.parse import quote, urlencode
from uuid import uuid4

import aiohttp
from yarl import URL

from gateway.cli.client import answers
from gateway.cli.client.endpoint import Endpoint
from gateway.cli.client.errors import Exit, Failure
from gateway.cli.client.repeats import repeated
from gateway.cli.client.watch import PATIENCE, Watch

Pieces: TypeAlias = Callable[[Watch], AsyncIterator[bytes]]

PIECE = 256 << 10
"""The most bytes that are moved at once."""

_CONNECT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of the service. `path` and `query` are percent-encoded; `body` gives its bytes anew at each attempt."""

    method: str = "GET"
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Pieces | None = None
    json: Mapping[str, Any] | None = None
    patience: float = PATIENCE

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def query(**parameters: str | None) -> str:
    """The parameters that are given, encoded as the service wants it: a plus sign is no blank to it."""
    return urlencode(
        {name.replace("_", "-"): text for name, text in parameters.items() if text is not None}, quote_via=quote, safe=""
    )


def once() -> dict[str, str]:
    """The header by which attempts at one thing are known as such."""
    return {"Idempotency-Key": str(uuid4())}


class Link:
    """Speaks to one service with one key."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint

    @classmethod
    @asynccontextmanager
    async def to(cls, endpoint: Endpoint) -> AsyncIterator[Self]:
        """Bodies come as they were stored, whatever their encoding; nothing leads the key to another host."""
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {endpoint.key}", "Accept-Encoding": "identity", "User-Agent": "seawall-cli"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=PIECE,
        ) as session:
            yield cls(session, endpoint)

    async def ask(self, request: Request, *, repeat: bool = True) -> Mapping[str, Any]:
        """The document that is answered. Only what may happen twice is to be repeated."""
        return await repeated(lambda: self._ask(request), allowed=lambda: repeat)

    @asynccontextmanager
    async def call(self, request: Request) -> AsyncIterator[tuple[aiohttp.ClientResponse, Watch]]:
        """One attempt, and the answer to it, which is a success; its body is still to come."""
        with self._translated():
            async with asyncio.timeout(request.patience) as limit:
                watch = Watch(limit, request.patience)
                async with self._session.request(
                    request.method,
                    URL(f"{self._endpoint.url}{request.target}", encoded=True),
                    headers=request.headers,
                    data=request.body(watch) if request.body else None,
                    json=request.json,
                    expect100=request.body is not None,  # a refusal comes before the bytes, which might not be had twice
                    allow_redirects=False,
                ) as response:
                    if not 200 <= response.status < 300:
                        raise await answers.failure(response)
                    yield response, watch

    async def _ask(self, request: Request) -> Mapping[str, Any]:
        async with self.call(request) as (response, _):
            return await answers.document(response)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except aiohttp.ClientConnectorCertificateError as error:
            raise self._unreachable("its certificate is not trusted", again=None) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            lasting = isinstance(error, aiohttp.ClientConnectorSSLError)
            raise self._unreachable(_reason(error), again=None if lasting else 0.0) from error
        except (aiohttp.InvalidURL, UnicodeError) as error:
            raise self._unreachable("there is no such address", again=None) from error
        except TimeoutError as error:
            raise Failure("The service has fallen silent.", Exit.UNAVAILABLE, again=0.0) from error
        except aiohttp.ClientError as error:
            raise Failure("The connection to the service broke off.", Exit.UNAVAILABLE, again=0.0) from error
        except Failure as failure:
            failure.args = (self._endpoint.without_key(str(failure)),)
            raise

    def _unreachable(self, reason: str, *, again: float | None) -> Failure:
        message = f"{self._endpoint.url} cannot be reached: {reason}."
        return Failure(message, Exit.UNAVAILABLE, again=again, final=True)


def _reason(error: aiohttp.ClientError) -> str:
    cause = getattr(error, "os_error", None)
    if isinstance(cause, ssl.SSLError):
        return "it does not speak TLS as it should"
    if isinstance(cause, socket.gaierror):
        return "nobody knows a host of that name"
    number = getattr(cause, "errno", None)
    return os.strerror(number).lower() if number else "it does not answer"
