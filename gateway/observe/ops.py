"""The operations listener's own routes: health for probes, metrics for Prometheus. They change nothing and tell no secret."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import hdrs, web

from buckets.settings import Secret
from gateway.observe.health import HealthChecks, Report
from gateway.observe.metrics import PrometheusMeter

Answer = Callable[[], Awaitable[web.Response]]


class Operations:
    """Health and metrics; whoever asks carries the token, where there is one."""

    def __init__(self, health: HealthChecks, meter: PrometheusMeter, *, token: Secret) -> None:
        self._health = health
        self._meter = meter
        self._token = token

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(self.routes())
        return app

    def routes(self) -> list[web.RouteDef]:
        """Each route guards itself, so that an application which holds others too can take them."""
        answers: Mapping[str, Answer] = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/health/db": self._db,
            "/metrics": self._metrics,
        }
        return [web.route(hdrs.METH_ANY, path, self._guarded(answer)) for path, answer in answers.items()]

    def _guarded(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            response = self._refusal(request) or await answer()
            response.headers[hdrs.CACHE_CONTROL] = "no-store"
            return response

        return handle

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self._token and not self._token.matches(_bearer(request)):
            return _json(401, {"status": "unauthorized"}, {hdrs.WWW_AUTHENTICATE: "Bearer"})
        if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD):
            return _json(405, {"status": "method not allowed"}, {hdrs.ALLOW: "GET, HEAD"})
        return None

    async def _live(self) -> web.Response:
        return _report(self._health.live())

    async def _ready(self) -> web.Response:
        return _report(await self._health.ready())

    async def _db(self) -> web.Response:
        return _report(await self._health.db())

    async def _metrics(self) -> web.Response:
        body, content_type = await asyncio.to_thread(self._meter.render)  # tens of milliseconds for a thousand series
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: content_type})


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""


def _report(report: Report) -> web.Response:
    return _json(200 if report.healthy else 503, report.facts)


def _json(status: int, facts: Mapping[str, object], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=json.dumps(facts), content_type="application/json", headers=headers)
