"""People who sign in, over the JSON API (attacks 62 and 65)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from buckets.model.account import Role, Status
from buckets.model.grant import Grant
from buckets.settings import Secret
from gateway.auth import tokens
from gateway.auth.passwords import Cost, Passwords
from gateway.rest.sessions import NewSession, PasswordChange, StartedSession
from tests.factories.values import ManualClock
from tests.http.house import IDS, House, served
from tests.http.wire import Reply, connected, request

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"
NEW = "another horse altogether"
JSON = ("Content-Type", "application/json")


@dataclass
class Scene:
    """A house with somebody in it who has a password, and a clock that moves when told."""

    house: House
    clock: ManualClock

    async def ask(self, method: str, target: str, token: str | None = None, document: Any = None, *more: tuple[str, str]) -> Reply:
        headers = [("Authorization", f"Bearer {token}")] if token else []
        body = b"" if document is None else json.dumps(document).encode()
        async with connected(self.house) as wire:
            await wire.send(request(method, target, [*headers, JSON, *more], body))
            return await wire.reply(to=method)

    async def sign_in(self, **words: Any) -> Reply:
        said = {"email": EMAIL, "password": PASSWORD, **words}
        return await self.ask("POST", "/v1/sessions", None, {name: value for name, value in said.items() if value is not None})

    async def token(self, **words: Any) -> str:
        reply = await self.sign_in(**words)
        assert reply.status == 201, reply.body
        return str(json.loads(reply.body)["token"])

    async def is_in(self, token: str) -> bool:
        reply = await self.ask("GET", "/v1/buckets", token)
        assert reply.status in {200, 401}
        return reply.status == 200

    async def sessions(self, token: str) -> list[Any]:
        return list(json.loads((await self.ask("GET", "/v1/sessions", token)).body)["sessions"])

    def change(self, **words: Any) -> None:
        user = self.house.catalog.users[self.house.alice.user.id]
        self.house.catalog.users[user.id] = replace(user, revision=user.revision + 1, **words)

    def later(self, **step: float) -> None:
        self.clock.advance(timedelta(**step))

    def deeds(self) -> list[tuple[str, str | None]]:
        return [(line.deed.action, line.deed.subject) for line in self.house.catalog.audit]


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    clock = ManualClock()
    async with served(House(clock=clock)) as house:
        scene = Scene(house, clock)
        scene.change(email=EMAIL)
        house.catalog.passwords[house.alice.user.id] = await house.passwords.hash(Secret(PASSWORD))
        yield scene


def problem(reply: Reply) -> tuple[int, str]:
    return reply.status, json.loads(reply.body)["type"].removeprefix("urn:seawall:problem:")


class TestSigningIn:
    async def test_who_knows_the_password_is_let_in(self, at: Scene) -> None:
        reply = await at.sign_in()
        told = json.loads(reply.body)
        assert (reply.status, reply.headers["cache-control"]) == (201, "no-store")
        assert reply.headers["location"] == f"https://files.example.org/v1/sessions/{told['id']}"
        assert told["token"].startswith("sws_")
        assert datetime.fromisoformat(told["expires_at"]) == at.clock.now() + timedelta(days=7)
        assert await at.is_in(told["token"])

    async def test_the_token_is_kept_nowhere(self, at: Scene) -> None:
        token = await at.token()
        [login] = at.house.catalog.logins.values()
        assert token not in repr(vars(login) if hasattr(login, "__dict__") else login)
        assert len(login.token_hash) == 32
        assert not [line for line in at.house.lines if token in str(line) or PASSWORD in str(line)]

    @pytest.mark.parametrize("email", ["ADA@EXAMPLE.ORG", "Ada@example.org"])
    async def test_the_address_may_be_written_otherwise(self, at: Scene, email: str) -> None:
        assert (await at.sign_in(email=email)).status == 201

    async def test_it_is_on_record_with_where_it_came_from(self, at: Scene) -> None:
        reply = await at.ask("POST", "/v1/sessions", None, {"email": EMAIL, "password": PASSWORD}, ("User-Agent", "curl/8"))
        line = at.house.catalog.audit[-1]
        assert (line.deed.action, line.deed.subject) == ("sign_in", f"login:{json.loads(reply.body)['id']}")
        assert (line.doer.actor, line.doer.address, line.doer.agent) == (at.house.alice.user.id, "127.0.0.1", "curl/8")

    async def test_the_account_may_be_said_and_must_be_right(self, at: Scene) -> None:
        assert (await at.sign_in(account="123456789012")).status == 201
        assert problem(await at.sign_in(account="999999999999")) == (401, "unauthenticated")
        assert problem(await at.sign_in(account="nonsense")) == (400, "invalid-name")

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"email": EMAIL},
            {"password": PASSWORD},
            {"email": EMAIL, "password": PASSWORD, "role": "owner"},
            {"email": EMAIL, "password": PASSWORD, "remember": "yes"},
            {"email": EMAIL, "password": None},
            {"email": [EMAIL], "password": PASSWORD},
            {"email": EMAIL, "password": {"$ne": ""}},
            {"email": EMAIL, "password": "x" * 129},
            {"email": "x" * 255, "password": PASSWORD},
        ],
    )
    async def test_what_is_no_sign_in_is_refused(self, at: Scene, document: Any) -> None:
        reply = await at.ask("POST", "/v1/sessions", None, document)
        assert problem(reply) == (400, "invalid-value")
        assert PASSWORD not in reply.body.decode()

    def test_no_document_shows_what_is_secret(self) -> None:
        for document in (
            NewSession(email=EMAIL, password=PASSWORD),
            PasswordChange(current=PASSWORD, new=PASSWORD),
            StartedSession(id=IDS.uuid7(), token=PASSWORD, expires_at=datetime.now().astimezone()),
        ):
            assert PASSWORD not in f"{document} {document!r}"

    async def test_a_hash_that_was_made_at_another_cost_is_made_anew(self, at: Scene) -> None:
        cheaper = Passwords(ids=IDS, cost=Cost(passes=2, kibibytes=8, threads=1))
        user = at.house.alice.user.id
        before = at.house.catalog.passwords[user] = await cheaper.hash(Secret(PASSWORD))
        cheaper.close()
        assert (await at.sign_in()).status == 201
        after = at.house.catalog.passwords[user]
        assert after != before
        assert not at.house.passwords.is_outdated(after)
        assert (await at.sign_in()).status == 201
        assert at.house.catalog.passwords[user] == after


class TestStrangers:
    async def refusals(self, at: Scene) -> list[Reply]:
        replies = [
            await at.sign_in(password="wrong horse"),
            await at.sign_in(email="nobody@example.org"),
            await at.sign_in(password=""),
        ]
        at.change(status=Status.SUSPENDED)
        replies.append(await at.sign_in())
        at.change(status=Status.ACTIVE)
        del at.house.catalog.passwords[at.house.alice.user.id]
        return [*replies, await at.sign_in()]

    async def test_whoever_is_wrong_learns_nothing(self, at: Scene) -> None:
        def said(reply: Reply) -> tuple[int, Any, Any]:
            document = json.loads(reply.body)
            del document["request_id"]
            headers = {name: value for name, value in reply.headers.items() if name not in {"date", "x-request-id"}}
            return reply.status, document, headers

        replies = [said(reply) for reply in await self.refusals(at)]
        assert replies[0][0] == 401
        assert replies == replies[:1] * 5

    async def test_as_much_is_done_for_nobody_as_for_somebody(self, at: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        verified: list[str] = []
        verify = at.house.passwords._verify

        def counted(password_hash: str, password: Secret) -> bool:
            verified.append(password_hash.rpartition("$")[0].rpartition("$")[0])
            return verify(password_hash, password)

        monkeypatch.setattr(at.house.passwords, "_verify", counted)
        await self.refusals(at)
        assert len(verified) == 5
        assert len(set(verified)) == 1

    async def test_nothing_is_made_for_them(self, at: Scene) -> None:
        before = len(at.house.catalog.audit)
        await self.refusals(at)
        assert at.house.catalog.logins == {}
        assert len(at.house.catalog.audit) == before


class TestTooManyAttempts:
    async def test_an_address_of_mail_can_be_tried_ten_times_in_ten_minutes(self, at: Scene) -> None:
        for number in range(10):
            assert (await at.sign_in(password=f"guess {number}")).status == 401
        reply = await at.sign_in()
        assert problem(reply) == (429, "too-many-attempts")
        assert 1 <= int(reply.headers["retry-after"]) <= 600
        assert (await at.sign_in(email=EMAIL.upper())).status == 429
        at.later(minutes=10)
        assert (await at.sign_in()).status == 201

    async def test_so_can_one_that_nobody_has(self, at: Scene) -> None:
        replies = [await at.sign_in(email="nobody@example.org") for _ in range(11)]
        assert [reply.status for reply in replies] == [401] * 10 + [429]

    async def test_a_place_can_try_fifty_times(self, at: Scene) -> None:
        replies = [await at.sign_in(email=f"user-{number}@example.org") for number in range(51)]
        assert [reply.status for reply in replies] == [401] * 50 + [429]
        assert (await at.sign_in()).status == 429

    async def test_the_others_are_not_kept_out(self, at: Scene) -> None:
        for _ in range(11):
            await at.sign_in(email="nobody@example.org")
        assert (await at.sign_in()).status == 201

    async def test_many_at_once_are_counted_too(self, at: Scene) -> None:
        replies = await asyncio.gather(*(at.sign_in(password=f"guess {number}") for number in range(30)))
        assert sorted(reply.status for reply in replies) == [401] * 10 + [429] * 20


class TestLasting:
    @pytest.mark.parametrize(("remember", "idle", "most"), [(False, 1, 7), (True, 7, 30)])
    async def test_a_session_ends_when_it_is_left_alone_and_in_the_end(
        self, at: Scene, remember: bool, idle: int, most: int
    ) -> None:
        left, used = await at.token(remember=remember), await at.token(remember=remember)
        step = timedelta(days=idle) - timedelta(seconds=1)
        begun = at.clock.now()
        while at.clock.now() + step < begun + timedelta(days=most):
            at.clock.advance(step)
            assert await at.is_in(used)
            await at.house.seen.flush()
        assert not await at.is_in(left)
        at.clock.advance(begun + timedelta(days=most) - at.clock.now() - timedelta(seconds=1))
        assert await at.is_in(used)
        at.later(seconds=1)
        assert not await at.is_in(used)

    async def test_it_is_written_down_once_a_minute_at_most_that_it_is_used(
        self, at: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted: list[int] = []
        note_seen = at.house.catalog.note_seen

        async def counted(logins: Any) -> None:
            noted.append(len(logins))
            await note_seen(logins)

        monkeypatch.setattr(type(at.house.catalog), "note_seen", lambda _, logins: counted(logins))
        token = await at.token()
        for _ in range(12):
            for _ in range(3):
                assert await at.is_in(token)
            await at.house.seen.flush()
            at.later(seconds=20)
        assert noted == [1] * 3

    async def test_what_is_over_is_removed(self, at: Scene) -> None:
        await at.token()
        at.later(days=8)
        assert await at.house.catalog.forget_logins(limit=10) == 1
        assert at.house.catalog.logins == {}


class TestSessions:
    async def test_people_see_where_they_are_signed_in(self, at: Scene) -> None:
        first, second = await at.token(), await at.token(remember=True)
        at.later(minutes=5)
        [young, old] = await at.sessions(first)
        assert (young["current"], old["current"]) == (False, True)
        assert (young["idle_seconds"], old["idle_seconds"]) == (7 * 86400, 86400)
        assert (old["address"], old["agent"]) == ("127.0.0.1", "")
        assert [each["current"] for each in await at.sessions(second)] == [True, False]
        assert [each["current"] for each in await at.sessions(at.house.alice.token)] == [False, False]

    async def test_one_is_read_by_its_id_or_as_the_current_one(self, at: Scene) -> None:
        token, _ = await at.token(), await at.token()
        other, current = await at.sessions(token)
        for name, session in ((current["id"], current), ("current", current), (other["id"], other)):
            assert json.loads((await at.ask("GET", f"/v1/sessions/{name}", token)).body) == session
        assert problem(await at.ask("GET", "/v1/sessions/current", at.house.alice.token)) == (404, "no-such-resource")

    async def test_pages_together_are_the_list(self, at: Scene) -> None:
        token, *_ = [await at.token() for _ in range(3)]
        ids, target = [], "/v1/sessions?limit=2"
        while target:
            reply = await at.ask("GET", target, token)
            ids += [each["id"] for each in json.loads(reply.body)["sessions"]]
            target = reply.headers.get("link", "").partition(">")[0].removeprefix("<https://files.example.org")
        assert ids == [each["id"] for each in await at.sessions(token)]
        assert len(ids) == 3

    async def test_nobody_sees_those_of_others(self, at: Scene) -> None:
        await at.token()
        stranger = await at.house.tenant("210987654321", "theirs")
        assert await at.sessions(stranger.token) == []

    async def test_who_signs_out_is_out_at_once(self, at: Scene) -> None:
        token, other = await at.token(), await at.token()
        assert (await at.ask("DELETE", "/v1/sessions/current", token)).status == 204
        assert not await at.is_in(token)
        assert await at.is_in(other)
        assert at.deeds()[-1][0] == "sign_out"

    async def test_one_session_ends_another(self, at: Scene) -> None:
        token, other = await at.token(), await at.token()
        [id_] = [each["id"] for each in await at.sessions(token) if not each["current"]]
        assert (await at.ask("DELETE", f"/v1/sessions/{id_}", token)).status == 204
        assert not await at.is_in(other)
        assert problem(await at.ask("DELETE", f"/v1/sessions/{id_}", token)) == (404, "no-such-resource")

    async def test_those_of_others_are_like_none(self, at: Scene) -> None:
        token = await at.token()
        [mine] = await at.sessions(token)
        stranger = await at.house.tenant("210987654321", "theirs")
        for method in ("GET", "DELETE"):
            for each in (mine["id"], IDS.uuid7(), "current"):
                reply = await at.ask(method, f"/v1/sessions/{each}", stranger.token)
                assert problem(reply) == (404, "no-such-resource")
        assert await at.is_in(token)

    @pytest.mark.parametrize("session", ["1", "%ff", "CURRENT", "01A1FCF3-DFDE-76A5-AE8F-61C74B2A1021"])
    async def test_what_is_no_id_is_refused(self, at: Scene, session: str) -> None:
        assert problem(await at.ask("DELETE", f"/v1/sessions/{session}", at.house.alice.token)) == (400, "invalid-value")


class TestBearing:
    async def test_a_role_that_was_taken_away_is_gone_with_the_next_request(self, at: Scene) -> None:
        token = await at.token()
        assert (await at.ask("POST", "/v1/buckets", token, {"name": "cards"})).status == 201
        at.change(role=Role.READ_ONLY)
        assert (await at.ask("POST", "/v1/buckets", token, {"name": "bards"})).status == 403
        assert await at.is_in(token)

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_so_is_a_user(self, at: Scene, status: Status) -> None:
        token = await at.token()
        at.change(status=status)
        assert not await at.is_in(token)

    async def test_a_session_opens_no_door_of_s3(self, at: Scene) -> None:
        token = await at.token()
        assert (await at.ask("GET", "/photos?list-type=2", token)).status == 403
        assert (await at.ask("GET", "/photos?list-type=2", at.house.alice.token)).status == 200

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: token[:-1],
            lambda token: token + "A",
            str.upper,
            lambda token: token.replace("sws_", "sw_"),
            lambda _: "sws_",
        ],
    )
    async def test_what_only_looks_like_its_token_is_none(self, at: Scene, spoil: Callable[[str], str]) -> None:
        assert not await at.is_in(spoil(await at.token()))


class TestChangingThePassword:
    async def change_to(self, at: Scene, token: str, new: str = NEW, current: str = PASSWORD) -> Reply:
        return await at.ask("PUT", "/v1/me/password", token, {"current": current, "new": new})

    async def test_it_ends_all_other_sessions(self, at: Scene) -> None:
        token, other = await at.token(), await at.token()
        reply = await self.change_to(at, token)
        assert (reply.status, reply.body) == (204, b"")
        assert [await at.is_in(each) for each in (token, other)] == [True, False]
        assert (await at.sign_in()).status == 401
        assert (await at.sign_in(password=NEW)).status == 201
        assert at.deeds()[-2] == ("set_password", f"user:{at.house.alice.user.id}")

    async def test_who_does_not_know_the_present_one_changes_nothing(self, at: Scene) -> None:
        token, other = await at.token(), await at.token()
        assert problem(await self.change_to(at, token, current="wrong horse")) == (403, "not-permitted")
        assert await at.is_in(other)
        assert (await at.sign_in()).status == 201

    async def test_guessing_is_limited_like_signing_in(self, at: Scene) -> None:
        token = await at.token()
        replies = [await self.change_to(at, token, current=f"guess {number}") for number in range(10)]
        assert [reply.status for reply in replies] == [403] * 9 + [429]
        assert (await at.sign_in()).status == 429

    @pytest.mark.parametrize("new", ["1234567", "", "x" * 129, None, 12345678])
    async def test_a_password_has_a_length(self, at: Scene, new: Any) -> None:
        reply = await self.change_to(at, await at.token(), new=new)
        assert problem(reply) == (400, "invalid-value")
        assert (await at.sign_in()).status == 201

    async def test_a_limited_key_is_not_the_person_itself(self, at: Scene) -> None:
        limited = limited_key(at)
        session = await at.token()
        for reply in (
            await self.change_to(at, limited),
            await at.ask("GET", "/v1/sessions", limited),
            await at.ask("GET", "/v1/sessions/current", limited),
            await at.ask("DELETE", f"/v1/sessions/{next(iter(at.house.catalog.logins))}", limited),
        ):
            assert problem(reply) == (403, "not-permitted")
        assert await at.is_in(session)


def limited_key(at: Scene) -> str:
    """A token for the same user that reaches only so far."""
    [known] = [key for key in at.house.catalog.api_keys.values() if key.owner == at.house.alice.user.id]
    minted = tokens.mint(IDS)
    grant = Grant(places=frozenset())
    key = replace(known, token_hash=minted.token_hash, grant=grant)
    at.house.catalog.api_keys[key.token_hash] = key
    return minted.token
