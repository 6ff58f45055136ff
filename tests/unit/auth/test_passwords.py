"""Passwords and their hashes."""

import asyncio
import threading

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from buckets.errors import InvalidScalar, PasswordsBusy
from buckets.settings import Secret
from gateway.auth.password_attempts import place_of
from gateway.auth.passwords import Cost, Passwords, chosen
from tests.unit.auth.gate import CountedIds

CHEAP = Cost(passes=1, kibibytes=8, threads=1)
PASSWORD = Secret("correct horse battery staple")


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(ids=CountedIds(), cost=CHEAP)


async def test_a_password_is_kept_as_a_hash_that_only_it_fits(passwords: Passwords) -> None:
    hashed = await passwords.hash(PASSWORD)
    assert PASSWORD.reveal() not in hashed
    assert await passwords.verify(hashed, PASSWORD)
    for other in ("", "correct horse battery stapl", "Correct horse battery staple", "correct horse battery staple "):
        assert not await passwords.verify(hashed, Secret(other))


async def test_no_hash_is_made_twice(passwords: Passwords) -> None:
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_characters_are_taken_as_they_are(passwords: Passwords) -> None:
    """An é may be one character or two: to us these are two passwords."""
    hashed = await passwords.hash(Secret("caf\u00e9 caf\u00e9"))
    assert await passwords.verify(hashed, Secret("caf\u00e9 caf\u00e9"))
    assert not await passwords.verify(hashed, Secret("cafe\u0301 cafe\u0301"))


def test_a_guess_costs_what_it_should() -> None:
    """RFC 9106, the second recommended option: 64 MiB, three passes, four lanes."""
    passwords = Passwords(ids=CountedIds())
    found = extract_parameters(passwords._decoy)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 65536, 3, 4)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert not passwords.is_outdated(passwords._decoy)


async def test_the_work_is_the_same_where_there_is_no_hash(passwords: Passwords) -> None:
    hashed = await passwords.hash(PASSWORD)
    assert extract_parameters(hashed) == extract_parameters(passwords._decoy)
    assert not await passwords.verify(None, PASSWORD)


@pytest.mark.parametrize("cost", [Cost(passes=2, kibibytes=8, threads=1), Cost(passes=1, kibibytes=16, threads=1)])
async def test_a_hash_of_another_cost_fits_still_and_is_outdated(passwords: Passwords, cost: Cost) -> None:
    other = Passwords(ids=CountedIds(), cost=cost)
    hashed = await other.hash(PASSWORD)
    assert await passwords.verify(hashed, PASSWORD)
    assert passwords.is_outdated(hashed)
    assert not other.is_outdated(hashed)


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$", "$2b$12$abc", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$"])
async def test_what_is_no_hash_fits_nothing(passwords: Passwords, broken: str) -> None:
    assert not await passwords.verify(broken or "-", PASSWORD)


async def test_the_loop_goes_on_and_four_are_looked_at_at_a_time(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, entered, running = threading.Event(), threading.Semaphore(0), []

    def slowly(password_hash: str, password: Secret) -> bool:
        running.append(threading.current_thread())
        entered.release()
        return gate.wait(60)

    monkeypatch.setattr(passwords, "_verify", slowly)
    asking = [asyncio.create_task(passwords.verify(None, PASSWORD)) for _ in range(9)]
    for _ in range(4):
        await asyncio.to_thread(entered.acquire)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(running) == 4
    assert threading.main_thread() not in running
    gate.set()
    assert await asyncio.gather(*asking) == [True] * 9


async def test_who_would_wait_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords, gate = Passwords(ids=CountedIds(), cost=CHEAP, patience=0.05), threading.Event()
    monkeypatch.setattr(passwords, "_verify", lambda *_: gate.wait(60))
    asking = [asyncio.create_task(passwords.verify(None, PASSWORD)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(PasswordsBusy):
        await passwords.verify(None, PASSWORD)
    gate.set()
    assert await asyncio.gather(*asking) == [True] * 4


@pytest.mark.parametrize("text", ["", "1234567", "x" * 129, "é" * 129])
def test_a_password_has_a_length(text: str) -> None:
    with pytest.raises(InvalidScalar) as caught:
        chosen(text)
    assert not text or text not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("text", ["12345678", "x" * 128, "é" * 128, "        "])
def test_whatever_has_that_length_will_do(text: str) -> None:
    assert chosen(text).reveal() == text
    assert text.strip() == "" or text not in repr(chosen(text))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_who_has_an_ipv6_address_has_its_network(address: str, place: str) -> None:
    assert place_of(address) == place
