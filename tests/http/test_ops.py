"""The operations listener: probes and figures for who may see them, and nothing that tells an address."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from buckets.errors import BlobMissing, CatalogBusy, CatalogUnavailable, Draining, StorageError, StoreBusy, StoreUnavailable
from buckets.ports import CatalogHealth, PoolState
from buckets.settings import Secret
from gateway.observe.health import Check, HealthChecks, sentence
from gateway.observe.metrics import PrometheusMeter
from gateway.observe.ops import Operations
from gateway.observe.page import OwnPage

CANARY = "postgresql://app:canary-5ecret@db.internal:5432"
TOKEN = "a token of some length"
PATHS = ["/health/live", "/health/ready", "/health/db", "/metrics"]
POOL = PoolState(size=3, idle=2, waiting=0, max=10)
HEALTH = CatalogHealth(latency_ms=0.7, server_version="18.4", migration=3, pool=POOL)

Client = TestClient[web.Request, web.Application]
Serve = Callable[..., Awaitable[Client]]


async def well() -> CatalogHealth:
    return HEALTH


def failing(error: Exception) -> Callable[[], Awaitable[CatalogHealth]]:
    async def check() -> CatalogHealth:
        raise error

    return check


class Stuck:
    """A check that hangs, and goes on hanging when it is cancelled, until it is let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked = 0
        self.over = 0

    async def __call__(self) -> CatalogHealth:
        self.asked += 1
        while not self.go.is_set():
            with suppress(asyncio.CancelledError):
                await self.go.wait()
        self.over += 1
        raise OSError(CANARY)


@pytest.fixture
def serve(aiohttp_client: AiohttpClient) -> Serve:
    async def start(health: HealthChecks, token: str = "") -> Client:
        return await aiohttp_client(Operations(health, PrometheusMeter(OwnPage(), version="1.2.3"), token=Secret(token)).app())

    return start


async def told(response: ClientResponse, status: int) -> dict[str, Any]:
    """The JSON of an answer that has what all answers have, and no secret."""
    assert response.status == status
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content_type == "application/json"
    assert "canary" not in await response.text()
    document: dict[str, Any] = await response.json()
    return document


class TestHealth:
    async def test_all_is_well(self, serve: Serve) -> None:
        client = await serve(HealthChecks(well, Check(name="store", ask=well)))
        assert await told(await client.get("/health/live"), 200) == {"status": "ok"}
        assert await told(await client.get("/health/ready"), 200) == {
            "status": "ok",
            "checks": {"catalog": {"status": "ok"}, "store": {"status": "ok"}},
        }
        assert await told(await client.get("/health/db"), 200) == {
            "status": "ok",
            "latency_ms": 0.7,
            "server_version": "18.4",
            "migration": 3,
            "pool": {"size": 3, "idle": 2, "waiting": 0, "max": 10},
        }

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (CatalogUnavailable(CANARY), "The catalog did not answer."),
            (CatalogBusy(), "The catalog has no connection free."),
            (OSError(CANARY), "It could not be asked."),
            (TimeoutError(CANARY), "It did not answer in time."),
        ],
    )
    async def test_a_catalog_that_fails_is_told_without_its_address(self, error: Exception, reason: str, serve: Serve) -> None:
        client = await serve(HealthChecks(failing(error)))
        told_of = {"status": "unavailable", "reason": reason}
        assert await told(await client.get("/health/db"), 503) == told_of
        assert await told(await client.get("/health/ready"), 503) == {"status": "unavailable", "checks": {"catalog": told_of}}
        assert await told(await client.get("/health/live"), 200) == {"status": "ok"}

    async def test_a_check_that_hangs_is_told_and_left_behind(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        stuck = Stuck()
        client = await serve(HealthChecks(stuck, timeout=0.001))
        assert (await told(await client.get("/health/db"), 503))["reason"] == "It did not answer in time."
        assert (await told(await client.get("/health/ready"), 503))["checks"]["catalog"]["reason"] == "It did not answer in time."
        assert (stuck.asked, stuck.over) == (2, 0)
        stuck.go.set()
        assert await told(await client.get("/health/live"), 200)
        assert stuck.over == 2
        gc.collect()
        assert not caplog.records, "what an abandoned check raises is nobody's concern"

    async def test_a_check_that_recovers_is_well_with_the_next_look(self, serve: Serve) -> None:
        answers = iter([failing(CatalogUnavailable("gone")), well])

        async def next_answer() -> CatalogHealth:
            return await next(answers)()

        client = await serve(HealthChecks(next_answer))
        assert (await client.get("/health/ready")).status == 503
        assert (await client.get("/health/ready")).status == 200

    async def test_what_is_not_required_is_told_and_changes_nothing(self, serve: Serve) -> None:
        scanner = Check(name="scanner", ask=failing(StoreUnavailable(CANARY)), required=False)
        ready = await told(await (await serve(HealthChecks(well, scanner))).get("/health/ready"), 200)
        assert ready["status"] == "ok"
        assert ready["checks"]["scanner"] == {"status": "unavailable", "reason": "The blob store did not answer."}

    async def test_a_required_check_makes_it_unready(self, serve: Serve) -> None:
        client = await serve(HealthChecks(well, Check(name="store", ask=failing(StoreBusy()))))
        assert (await told(await client.get("/health/ready"), 503))["checks"]["catalog"] == {"status": "ok"}

    async def test_a_drain_makes_it_unready_and_not_dead(self, serve: Serve) -> None:
        health = HealthChecks(well)
        client = await serve(health)
        health.drain()
        assert (await told(await client.get("/health/ready"), 503))["status"] == "draining"
        assert await told(await client.get("/health/live"), 200) == {"status": "ok"}
        assert (await told(await client.get("/health/db"), 200))["status"] == "ok"

    async def test_only_a_check_that_breaks_is_logged(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        client = await serve(
            HealthChecks(failing(CatalogUnavailable("gone")), Check(name="store", ask=failing(ValueError("ours"))))
        )
        with caplog.at_level(logging.INFO, "gateway"):
            await client.get("/health/ready")
        assert [record.getMessage() for record in caplog.records if record.name.startswith("gateway")] == [
            "the health check store broke"
        ]

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (CatalogUnavailable, "The catalog did not answer."),
            (StoreBusy, "The blob store is busy."),
            (Draining, "The service is shutting down."),
            (StorageError, "Something went wrong."),
            (BlobMissing, "It failed with BlobMissing."),
        ],
    )
    def test_a_class_of_errors_speaks_without_facts(self, error: type[StorageError], said: str) -> None:
        assert sentence(error) == said


class TestMetrics:
    async def test_the_page_is_what_the_meter_renders(self, aiohttp_client: AiohttpClient) -> None:
        meter = PrometheusMeter(OwnPage(), version="1.2.3")
        meter.count("seawall_rot_total")
        client = await aiohttp_client(Operations(HealthChecks(well), meter, token=Secret()).app())
        response = await client.get("/metrics")
        assert response.status == 200
        assert response.headers["Content-Type"] == meter.render()[1]
        assert response.headers["Cache-Control"] == "no-store"
        assert "\nseawall_rot_total 1.0\n" in await response.text()


class TestDoor:
    @pytest.mark.parametrize("path", PATHS)
    async def test_with_a_token_nothing_is_told_without_it(self, path: str, serve: Serve) -> None:
        client = await serve(HealthChecks(well), TOKEN)
        for header in (None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ", "Bearer \xff"):
            response = await client.get(path, headers={} if header is None else {"Authorization": header})
            assert await told(response, 401) == {"status": "unauthorized"}
            assert response.headers["WWW-Authenticate"] == "Bearer"
        assert (await client.get(f"{path}?token={TOKEN}")).status == 401

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    async def test_with_the_token_all_is_told(self, path: str, scheme: str, serve: Serve) -> None:
        client = await serve(HealthChecks(well), TOKEN)
        assert (await client.get(path, headers={"Authorization": f"{scheme} {TOKEN}"})).status == 200

    @pytest.mark.parametrize("path", PATHS)
    async def test_only_get_and_head_are_answered(self, path: str, serve: Serve) -> None:
        client = await serve(HealthChecks(well))
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"):
            response = await client.request(method, path, data=b"x" * 100)
            assert await told(response, 405) == {"status": "method not allowed"}
            assert response.headers["Allow"] == "GET, HEAD"

    @pytest.mark.parametrize("path", PATHS)
    async def test_head_is_get_without_a_body(self, path: str, serve: Serve) -> None:
        client = await serve(HealthChecks(well))
        response = await client.head(path)
        assert (response.status, await response.read()) == (200, b"")
        assert response.headers["Cache-Control"] == "no-store"
        assert int(response.headers["Content-Length"]) > 0

    async def test_without_the_token_no_check_is_asked(self, serve: Serve) -> None:
        stuck = Stuck()
        client = await serve(HealthChecks(stuck), TOKEN)
        for path in PATHS:
            assert (await client.get(path)).status == 401
        assert stuck.asked == 0

    async def test_nothing_else_is_there(self, serve: Serve) -> None:
        client = await serve(HealthChecks(well))
        for path in ("/", "/health", "/health/", "/metrics/", "/debug", "/health/live/x", "/config"):
            assert (await client.get(path)).status == 404
