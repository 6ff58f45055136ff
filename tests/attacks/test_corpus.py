"""Every case of the corpus: the answer is the expected one, nothing else has changed, and the connection misleads nobody.

Each is tried on a connection of its own, behind another request, and in one piece with a request on either side.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.attacks.corpus import After, Case, Sent, cases
from tests.attacks.delivery import deliver
from tests.attacks.houses import CANARY, occupied
from tests.attacks.judge import code, must_be_expected
from tests.attacks.message import content_of, message
from tests.attacks.state import Stored, is_leased, loose_blobs
from tests.http.house import House
from tests.http.wire import Reply, Wire, ask, bearer, connected, request


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """What is yet to be mended fails, and says so when it does not any more."""
    return [pytest.mark.xfail(reason=case.mend)] if case.mend else []


@pytest.mark.parametrize("case", [pytest.param(case, id=str(case), marks=marks(case)) for case in cases()])
async def test_an_attack(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    for way in (alone, behind, between) if case.fits_between else (alone, behind):
        async with occupied(case) as house:
            await way(case, house)
        assert not [secret for secret in (house.alice.token, house.alice.pair.secret) if secret in caplog.text]
    # What a caller does wrong is its own business.
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def alone(case: Case, house: House) -> None:
    async with connected(house) as wire:
        reply = await attack(wire, case)
    if reply and case.method == "HEAD":
        await must_be_like_get(case, reply, house)


async def behind(case: Case, house: House) -> None:
    async with connected(house) as wire:
        assert await wire.is_alive()
        await attack(wire, case)


async def between(case: Case, house: House) -> None:
    canary = request("GET", "/photos/canary", bearer(house))
    piece = canary + (await message(case, house)).whole + canary
    before, loose = Stored.of(house), loose_blobs(house)
    async with connected(house) as wire:
        await wire.send(piece)
        if case.connection is After.OPEN:
            await must_be_canary(wire)
            must_be_expected(case, await wire.reply(to=case.method), house)
            await must_be_canary(wire)
        else:
            await must_be_last(wire, case)
    await must_have_changed(case, house, before, loose)


async def attack(wire: Wire, case: Case) -> Reply | None:
    house = wire.house
    sent = await message(case, house)
    before, loose, told = Stored.of(house), loose_blobs(house), len(house.lines)
    reply = await deliver(wire, case, sent)
    if reply:
        must_be_expected(case, reply, house)
        await must_go_on(wire, case, reply)
    elif case.sent in {Sent.HALF_CLOSED, Sent.RESET}:
        await house.over(told + 1)
    await must_have_changed(case, house, before, loose)
    return reply


async def must_be_like_get(case: Case, reply: Reply, house: House) -> None:
    """What an answer to HEAD says of the body that it does not have."""
    get = replace(case, request=(case.request[0].replace("HEAD", "GET", 1), *case.request[1:]))
    async with connected(house) as wire:
        await wire.send((await message(get, house)).head)
        like = await wire.reply()
    assert (reply.status, reply.headers.get("content-length")) == (like.status, like.headers.get("content-length"))


async def must_go_on(wire: Wire, case: Case, reply: Reply) -> None:
    if case.connection is After.OPEN:
        assert await wire.is_alive()
    else:
        assert reply.version == "HTTP/1.0" or reply.headers["connection"] == "close"
        await must_be_over(wire)


async def must_be_over(wire: Wire) -> None:
    """Nothing that is sent now is answered, however much of the body is missing."""
    with suppress(OSError):
        await wire.send(request("GET", "/photos/canary", bearer(wire.house)))
        wire.writer.write_eof()
    assert await wire.is_closed()


async def must_be_canary(wire: Wire) -> None:
    assert (await wire.reply()).body == CANARY.encode()


async def must_be_last(wire: Wire, case: Case) -> None:
    """A piece that is no message may take what stands around it with it: all that comes is one refusal, and then the end."""
    reply = await wire.reply()
    if reply.body == CANARY.encode():
        reply = await wire.reply(to=case.method)
    if case.answer.status is None or case.answer.status >= 400:
        assert reply.status >= 400
        assert code(reply, method=case.method) != ""
    await must_be_over(wire)


async def must_have_changed(case: Case, house: House, before: Stored, loose: frozenset[str]) -> None:
    """Just what the case says."""
    left = loose_blobs(house) - loose
    assert (len(left), [locator for locator in left if not is_leased(house, locator)]) == (case.orphan, [])
    if case.stores:
        await must_be_stored(case, house, before)
    elif case.method == "DELETE" or case.removes:
        must_be_gone(case, before, Stored.of(house))
    else:
        assert Stored.of(house) == before
    assert {line["address"] for line in house.lines} == {"127.0.0.1"}


async def must_be_stored(case: Case, house: House, before: Stored) -> None:
    assert house.head(case.stores), house.keys
    content = content_of(case)
    assert Stored.of(house) == before.with_one_more(house, case.stores, content)
    for root in ("", "/v1/objects"):
        assert (await ask(house, "GET", f"{root}/photos/{quote(case.stores, safe='/~')}")).body == content


def must_be_gone(case: Case, before: Stored, after: Stored) -> None:
    """From view, and no longer charged; nothing else is touched."""
    assert after.heads == {name: version for name, version in before.heads.items() if name[1] not in case.removes}
    assert (after.blobs, after.buckets) == (before.blobs, before.buckets)
    assert after.objects == before.objects - len(case.removes)
