"""The houses that the corpus is tried on."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote

from gateway.edge.body import Patience
from gateway.edge.settings import EdgeSettings
from tests.attacks.corpus import Case
from tests.factories import values
from tests.factories.values import ManualClock
from tests.http.house import House, served
from tests.http.wire import Headers, bearer, connected, request

CANARY = "canary in a coal mine"
HIDDEN = "hidden"


class HastyClock(ManualClock):
    """Every look at it is ten seconds later than the one before."""

    def monotonic(self) -> float:
        self.seconds += 10.0
        return self.seconds


HOUSES: Mapping[str, Callable[[], House]] = {
    "plain": House,
    "impatient": lambda: House(settings=EdgeSettings(header_timeout=0.2)),
    "curt": lambda: House(patience=Patience(silence=0.05)),
    "forgetful": lambda: House(settings=EdgeSettings(header_timeout=30.0, keepalive=1.0)),
    "hasty": lambda: House(clock=HastyClock()),
    "tiny": lambda: House(limit=1000),
}
"""By name: an `impatient` one waits for no header, a `curt` one for no body, and a `forgetful` one keeps no connection for
long; in a `hasty` one time flies, and a `tiny` one takes a thousand bytes."""


@asynccontextmanager
async def occupied(case: Case) -> AsyncIterator[House]:
    """A house with what the case wants in one bucket, nothing in another, and in that of a stranger what nobody may see."""
    async with served(HOUSES[case.house]()) as house:
        stranger = await house.tenant("210987654321", "secrets")
        await _plant(house, "/secrets/k", HIDDEN, [("Authorization", f"Bearer {stranger.token}")])
        await house.catalog.create_bucket(values.bucket(house.alice.user, "albums"))
        for key, body in {"canary": CANARY, **case.objects}.items():
            kind = [("Content-Type", case.types[key])] if key in case.types else []
            await _plant(house, f"/photos/{quote(key, safe='/~')}", body, [*bearer(house), *kind])
        yield house


async def _plant(house: House, target: str, body: str, headers: Headers) -> None:
    async with connected(house) as wire:
        await wire.send(request("PUT", target, headers, body.encode()))
        assert (await wire.reply()).status == 200
