"""Accounts over the JSON API."""

from dataclasses import replace
from typing import Any

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.model.account import Account, Role, Status
from buckets.model.commit import Origin
from buckets.names import AccountId
from tests.http.house import House, Tenant
from tests.http.rest.talk import look, pages, problem, say, says
from tests.http.wire import Reply

ACCOUNTS = "/v1/accounts"
OWN, THEIRS, NOBODY_S = "123456789012", "210987654321", "999999999999"
NEW = {"name": "second", "owner": {"name": "Ann", "email": "ann@example.org"}}


@pytest.fixture
async def stranger(house: House) -> Tenant:
    return await house.tenant(THEIRS, "theirs")


@pytest.fixture
async def running(house: House, stranger: Tenant) -> House:
    """A house whose first account runs the installation."""
    house.catalog.accounts[AccountId(OWN)] = replace(account(house), operates=True)
    return house


def account(house: House, number: str = OWN) -> Account:
    return house.catalog.accounts[AccountId(number)]


async def change(house: House, number: str, document: Any, *headers: tuple[str, str], by: Tenant | None = None) -> Reply:
    return await say(house, "PATCH", f"{ACCOUNTS}/{number}", document, *headers, by=by)


def listed(told: list[Any]) -> list[str]:
    return [each["id"] for page in told for each in page["accounts"]]


class TestReading:
    @pytest.mark.parametrize("role", [*Role])
    async def test_everybody_sees_its_own(self, role: Role, house: House, stranger: Tenant) -> None:
        member = await house.member(role)
        reply = await look(house, f"{ACCOUNTS}/{OWN}", by=member)
        assert reply.status == 200
        assert says(reply) == {
            "id": OWN,
            "canonical_id": account(house).canonical_id,
            "name": "test",
            "status": "active",
            "operates": False,
            "url": f"https://files.example.org/v1/accounts/{OWN}",
        }
        assert says(await look(house, ACCOUNTS, by=member)) == {"accounts": [says(reply)], "next_cursor": None}

    @pytest.mark.parametrize("method", ["GET", "PATCH"])
    async def test_others_answer_like_none(self, method: str, house: House, stranger: Tenant) -> None:
        before = dict(house.catalog.accounts)
        refusals = []
        for number in (THEIRS, NOBODY_S):
            reply = await say(house, method, f"{ACCOUNTS}/{number}", {"name": "mine"})
            assert problem(reply) == (404, "no-such-account")
            refusals.append(reply.body.replace(number.encode(), b"").partition(b'"request_id"')[0])
        assert refusals[0] == refusals[1]
        assert house.catalog.accounts == before

    async def test_who_runs_the_installation_sees_all(self, running: House) -> None:
        for limit in (1, 2, 10):
            assert listed(await pages(running, f"{ACCOUNTS}?limit={limit}")) == [OWN, THEIRS]
        assert says(await look(running, f"{ACCOUNTS}/{THEIRS}"))["id"] == THEIRS
        assert problem(await look(running, f"{ACCOUNTS}/{NOBODY_S}")) == (404, "no-such-account")

    @pytest.mark.parametrize("role", [Role.SERVICE, Role.USER, Role.READ_ONLY])
    async def test_who_manages_nobody_sees_no_more_there_than_elsewhere(self, role: Role, running: House) -> None:
        member = await running.member(role)
        assert listed([says(await look(running, ACCOUNTS, by=member))]) == [OWN]
        assert problem(await look(running, f"{ACCOUNTS}/{THEIRS}", by=member)) == (404, "no-such-account")

    async def test_people_are_seen_in_their_own_account_only(self, running: House, stranger: Tenant) -> None:
        assert problem(await look(running, f"/v1/users/{stranger.user.id}")) == (404, "no-such-user")

    @pytest.mark.parametrize("number", ["x", "12345678901", "1234567890123", "12345678901%00", "%D9%A1" * 12])
    async def test_what_is_no_number_is_refused(self, number: str, house: House) -> None:
        assert problem(await look(house, f"{ACCOUNTS}/{number}")) == (400, "invalid-name")


class TestMaking:
    @pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
    async def test_who_runs_the_installation_makes_accounts_with_their_owners(self, role: Role, running: House) -> None:
        member = await running.member(role)
        before = len(running.catalog.audit)
        reply = await say(running, "POST", ACCOUNTS, NEW, by=member)
        told = says(reply)
        number = told["account"]["id"]
        assert (reply.status, reply.headers["location"]) == (201, f"https://files.example.org/v1/accounts/{number}")
        assert (told["account"]["name"], told["account"]["operates"], told["account"]["status"]) == ("second", False, "active")
        assert (told["owner"]["account"], told["owner"]["role"], told["owner"]["name"]) == (number, "owner", "Ann")
        assert account(running, number).canonical_id == told["account"]["canonical_id"]
        [owner] = [user for user in running.catalog.users.values() if user.account == number]
        assert (str(owner.id), owner.email, owner.role) == (told["owner"]["id"], "ann@example.org", Role.OWNER)
        [line] = running.catalog.audit[before:]
        assert (line.deed.action, line.deed.subject, line.deed.account) == ("create_account", f"account:{number}", number)

    async def test_nobody_else_makes_any(self, running: House, stranger: Tenant) -> None:
        before = dict(running.catalog.accounts)
        for member in (stranger, *[await running.member(role) for role in (Role.SERVICE, Role.USER, Role.READ_ONLY)]):
            assert problem(await say(running, "POST", ACCOUNTS, NEW, by=member)) == (403, "not-permitted")
        assert running.catalog.accounts == before

    @pytest.mark.parametrize(
        "words",
        [{"name": ""}, {"owner": None}, {"owner": {}}, {"owner": {"name": "Ann", "role": "user"}}, {"operates": True}, {"id": OWN}],
    )
    async def test_what_is_no_account_is_refused(self, words: Any, running: House) -> None:
        assert problem(await say(running, "POST", ACCOUNTS, {**NEW, **words})) == (400, "invalid-value")


class TestChanging:
    @pytest.mark.parametrize("role", [*Role])
    async def test_who_manages_an_account_gives_it_a_name(self, role: Role, house: House) -> None:
        reply = await change(house, OWN, {"name": "other"}, by=await house.member(role))
        allowed = role in (Role.OWNER, Role.ADMIN)
        assert reply.status == (200 if allowed else 403)
        assert account(house).name == ("other" if allowed else "test")

    async def test_who_runs_the_installation_suspends_accounts_and_lets_them_go_on(self, running: House, stranger: Tenant) -> None:
        before = len(running.catalog.audit)
        told = says(await change(running, THEIRS, {"status": "suspended"}))
        assert (told["status"], told["name"]) == ("suspended", "test")
        assert problem(await look(running, "/v1/me", by=stranger)) == (401, "unauthenticated")
        assert says(await change(running, THEIRS, {"status": "active", "name": "other"}))["name"] == "other"
        assert (await look(running, "/v1/me", by=stranger)).status == 200
        lines = [(line.deed.action, line.deed.account, line.doer.actor) for line in running.catalog.audit[before:]]
        assert lines == [("change_account", THEIRS, running.alice.user.id)] * 2

    async def test_nobody_suspends_its_own(self, running: House, stranger: Tenant) -> None:
        assert problem(await change(running, OWN, {"status": "suspended"})) == (403, "not-permitted")
        assert problem(await change(running, THEIRS, {"status": "suspended"}, by=stranger)) == (403, "not-permitted")
        assert (await change(running, THEIRS, {"status": "active"}, by=stranger)).status == 200
        assert {each.status for each in running.catalog.accounts.values()} == {Status.ACTIVE}

    @pytest.mark.parametrize(
        "words", [{"operates": True}, {"id": THEIRS}, {"status": "deleted"}, {"name": None}, {"name": "x" * 201}]
    )
    async def test_nothing_else_is_changed(self, words: Any, house: House) -> None:
        before = account(house)
        assert problem(await change(house, OWN, words)) == (400, "invalid-value")
        assert account(house) == before

    async def test_a_condition_is_not_passed_over(self, house: House) -> None:
        assert problem(await change(house, OWN, {"name": "other"}, ("If-Match", '"1"'))) == (501, "not-implemented")

    async def test_somebody_who_was_faster_is_not_undone(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        plain = MemoryCatalog.change_account

        async def overtaken(catalog: MemoryCatalog, present: Account, wanted: Account, *, origin: Origin) -> Account:
            monkeypatch.setattr(MemoryCatalog, "change_account", plain)
            await change(house, OWN, {"name": "first"})
            return await catalog.change_account(present, wanted, origin=origin)

        monkeypatch.setattr(MemoryCatalog, "change_account", overtaken)
        assert problem(await change(house, OWN, {"name": "late"})) == (409, "overtaken")
        assert account(house).name == "first"
