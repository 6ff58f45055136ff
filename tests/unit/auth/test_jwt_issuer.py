"""The keys of an issuer: fetched rarely, never too old, and kept while they cannot be fetched."""

import asyncio
from datetime import timedelta

import pytest

from buckets.errors import InvalidScalar, IssuerUnavailable
from gateway.auth.jwt.issuer import OLDEST, Issuer
from gateway.auth.jwt.key_set import KeySet
from gateway.auth.jwt.token import Token
from tests.factories.values import ManualClock
from tests.unit.auth.issuing import Published, jwk, key_set, private_keys, signed

OLD, NEW = (Token.parse(signed(algorithm)) for algorithm in ("ES256", "EdDSA"))
OLD_SET, NEW_SET = (key_set(jwk(kid, private_keys()[kid])) for kid in ("p256", "ed"))


class Scene:
    """An issuer with one key, and a clock."""

    def __init__(self) -> None:
        self.published = Published(OLD_SET)
        self.clock = ManualClock()
        self.issuer = Issuer(self.published.fetch, clock=self.clock)

    def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def knows(self, token: Token) -> bool:
        return await self.issuer.find(token) is not None

    async def settled(self) -> None:
        """What was begun beside the requests has ended."""
        if self.issuer._fetching:
            await self.issuer._fetching


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_many_at_once_fetch_once(scene: Scene) -> None:
    assert all(await asyncio.gather(*(scene.knows(OLD) for _ in range(50))))
    assert scene.published.asked == 1


async def test_a_known_key_is_not_fetched_again_for_a_good_while(scene: Scene) -> None:
    for _ in range(4):
        assert await scene.knows(OLD)
        scene.later(60)
    assert scene.published.asked == 1


async def test_unknown_keys_are_looked_for_once_a_minute_at_most(scene: Scene) -> None:
    await scene.knows(OLD)
    for _ in range(100):
        assert not await scene.knows(NEW)
    scene.later(59)
    assert not await scene.knows(NEW)
    assert scene.published.asked == 1
    scene.later(1)
    assert not any(await asyncio.gather(*(scene.knows(NEW) for _ in range(50))))
    assert scene.published.asked == 2


async def test_a_new_key_is_found_after_a_minute_at_most(scene: Scene) -> None:
    await scene.knows(OLD)
    scene.published.keys = NEW_SET
    scene.later(60)
    assert await scene.knows(NEW)


async def test_a_key_that_was_withdrawn_is_refused_after_five_minutes_at_most(scene: Scene) -> None:
    await scene.knows(OLD)
    scene.published.keys = NEW_SET
    scene.later(OLDEST + 1)
    assert OLDEST == 300
    assert not await scene.knows(OLD)


async def test_keys_are_renewed_beside_the_requests_before_they_are_too_old(scene: Scene) -> None:
    await scene.knows(OLD)
    scene.published.keys = NEW_SET
    scene.later(241)
    assert await scene.knows(OLD)
    await scene.settled()
    assert not await scene.knows(OLD)
    assert scene.published.asked == 2


@pytest.mark.parametrize("fault", [IssuerUnavailable(), ZeroDivisionError(), InvalidScalar("x", "y")])
async def test_keys_stay_while_they_cannot_be_fetched(scene: Scene, fault: Exception) -> None:
    await scene.knows(OLD)
    scene.published.fault = fault
    for _ in range(10):
        scene.later(200)
        assert await scene.knows(OLD)
        await scene.settled()
    scene.published.fault, scene.published.keys = None, NEW_SET
    scene.later(OLDEST)
    assert not await scene.knows(OLD)


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"keys":{}}', b"<html>", b'{"keys":[' + b"{}," * 100 + b"{}]}"])
async def test_what_is_no_key_set_takes_no_key_away(scene: Scene, broken: bytes) -> None:
    await scene.knows(OLD)
    scene.published.keys = broken
    scene.later(OLDEST + 1)
    assert await scene.knows(OLD)
    with pytest.raises(InvalidScalar):
        KeySet.parse(broken)


async def test_an_empty_set_takes_all_of_them(scene: Scene) -> None:
    await scene.knows(OLD)
    scene.published.keys = b'{"keys":[]}'
    scene.later(OLDEST + 1)
    assert not await scene.knows(OLD)


async def test_before_any_set_was_fetched_nobody_is_refused_or_let_in(scene: Scene) -> None:
    scene.published.fault = IssuerUnavailable()
    for _ in range(5):
        with pytest.raises(IssuerUnavailable) as caught:
            await scene.knows(OLD)
        assert caught.value.retry_after == 60
    assert scene.published.asked == 1
    scene.published.fault = None
    scene.later(60)
    assert await scene.knows(OLD)


async def test_who_leaves_does_not_take_the_fetch_along(scene: Scene) -> None:
    gate = asyncio.Event()

    async def slowly() -> bytes:
        await gate.wait()
        return OLD_SET

    issuer = Issuer(slowly, clock=scene.clock)
    leaving, staying = (asyncio.create_task(issuer.find(OLD)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    gate.set()
    assert await staying


async def test_a_fetch_ends_with_the_house(scene: Scene) -> None:
    issuer = Issuer(asyncio.Event().wait, clock=scene.clock)  # type: ignore[arg-type]  # it never answers
    asking = asyncio.create_task(issuer.find(OLD))
    await asyncio.sleep(0)
    await issuer.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
