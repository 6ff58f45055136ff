"""A small document from an address that the operator named, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from buckets.errors import IssuerUnavailable
from gateway.edge.outbound import SmallDocument

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/keys"))


async def fetched(answer: Answer, *, largest: int = 1000, seconds: float = 30.0) -> bytes:
    async with serving(answer) as url:
        return await SmallDocument(url=url, largest=largest, seconds=seconds).fetch()


async def test_a_document_is_fetched_as_it_is() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=b"x" * 1000)

    assert await fetched(answer) == b"x" * 1000


async def test_a_document_that_is_too_large_is_refused_before_all_of_it_came() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 1001)

    with pytest.raises(IssuerUnavailable):
        await fetched(answer)


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 400, 404, 500, 503])
async def test_whatever_is_no_success_is_none_and_a_redirect_leads_nowhere(status: int) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})

    with pytest.raises(IssuerUnavailable):
        await fetched(answer)
    assert asked == ["/keys"]


async def test_what_never_ends_is_given_up() -> None:
    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await ended.wait()
        return response

    async with serving(answer) as url:
        with pytest.raises(IssuerUnavailable):
            await SmallDocument(url=url, largest=1000, seconds=0.2).fetch()
        ended.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "nonsense", "http://[::1", "file:///etc/passwd"])
async def test_an_address_that_leads_nowhere_is_told_in_our_words(url: str) -> None:
    with pytest.raises(IssuerUnavailable):
        await SmallDocument(url=url, largest=1000).fetch()
