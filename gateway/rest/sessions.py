"""`/v1/sessions`: people sign in, see where they are signed in, and sign out; `/v1/me/password` is their own password."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from buckets.model.login import Login
from buckets.names import AccountId, LoginId
from buckets.scalars import uuid_text
from buckets.settings import Secret
from gateway.auth.passwords import LONGEST, SHORTEST, chosen
from gateway.auth.permit import Request
from gateway.auth.sign_in import Claimed
from gateway.edge.respond import whole
from gateway.rest import pages
from gateway.rest.document import answer, document
from gateway.rest.request import PublicRequest, RestRequest
from gateway.rest.route import CURSOR, LIMIT, PublicRoute, Route

_Instant = Annotated[datetime, Meta(tz=True)]
_Email = Annotated[str, Meta(min_length=3, max_length=254)]
_Tried = Annotated[str, Meta(max_length=LONGEST)]
_Chosen = Annotated[str, Meta(min_length=SHORTEST, max_length=LONGEST)]


class NewSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in. An address that users of several accounts have needs the account; who is remembered stays for longer."""

    email: _Email
    password: _Tried
    account: str | None = None
    remember: bool = False

    def __repr__(self) -> str:
        return "NewSession(…)"


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present password, and the one that takes its place."""

    current: _Tried
    new: _Chosen

    def __repr__(self) -> str:
        return "PasswordChange(…)"


class StartedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh session. The token is shown this once; it goes into `Authorization: Bearer …`."""

    id: UUID
    token: str
    expires_at: _Instant

    def __repr__(self) -> str:
        return f"StartedSession({self.id})"


class SessionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is signed in. It ends when it expires, or when it is not used for so many seconds."""

    id: UUID
    current: bool
    address: str
    agent: str
    created_at: _Instant
    seen_at: _Instant
    expires_at: _Instant
    idle_seconds: int


class SessionPage(msgspec.Struct, frozen=True, kw_only=True):
    """The youngest first. Without a next cursor it is the last page."""

    sessions: Sequence[SessionDocument]
    next_cursor: str | None


async def create_session(request: PublicRequest) -> web.StreamResponse:
    wanted = await document(request, NewSession)
    exchange = request.exchange
    claimed = Claimed(
        email=wanted.email,
        password=Secret(wanted.password),
        account=AccountId(wanted.account) if wanted.account is not None else None,
        remember=wanted.remember,
    )
    signed_in = await request.around.sign_in(claimed, Request(id=exchange.id, address=exchange.address, agent=exchange.agent))
    login = signed_in.login
    told = StartedSession(id=login.id, token=signed_in.minted.token, expires_at=login.expires_at)
    return answer(request, 201, told, {"Location": f"{request.around.sessions_url}/{login.id}", "Cache-Control": "no-store"})


async def list_sessions(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    sessions, limit = request.services.logins, request.limit
    terms = ("sessions", str(request.services.caller.user))
    place = pages.place(request, terms)
    before = LoginId(uuid_text(place[_BEFORE], name="The parameter cursor")) if place else None
    found = await sessions.page(before=before, limit=limit + 1)
    told = found[:limit]
    cursor = request.around.cursors.write({_BEFORE: str(told[-1].id)}, terms=terms) if len(found) > limit else None
    page = SessionPage(sessions=[_document(login, sessions.current) for login in told], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.sessions_url, cursor))


async def get_session(request: RestRequest) -> web.StreamResponse:
    sessions = request.services.logins
    return answer(request, 200, _document(await sessions.load(_named(request)), sessions.current))


async def delete_session(request: RestRequest) -> web.StreamResponse:
    await request.services.logins.revoke(_named(request))
    return whole(request.exchange, 204)


async def change_password(request: RestRequest) -> web.StreamResponse:
    change = await document(request, PasswordChange)
    await request.services.logins.change_password(Secret(change.current), chosen(change.new))
    return whole(request.exchange, 204)


def _named(request: RestRequest) -> LoginId | None:
    """`current` is the one that the request came with, which a key has not."""
    text = request.parts["session"].decode("ascii", "replace")
    if text == "current":
        return request.services.logins.current
    return LoginId(uuid_text(text, name="The id of the session"))


def _document(login: Login, current: LoginId | None) -> SessionDocument:
    return SessionDocument(
        id=login.id,
        current=login.id == current,
        address=login.address,
        agent=login.agent,
        created_at=login.created_at,
        seen_at=login.seen_at,
        expires_at=login.expires_at,
        idle_seconds=round(login.idle.total_seconds()),
    )


_BEFORE = "before"

ROUTES = (
    PublicRoute(
        name="CreateSession",
        method="POST",
        path="sessions",
        handle=create_session,
        summary="Sign in.",
        bodies=(NewSession,),
        takes_password=True,
        answers={201: StartedSession},
    ),
    Route(
        name="ListSessions",
        method="GET",
        path="sessions",
        handle=list_sessions,
        summary="List where you are signed in.",
        parameters=(LIMIT, CURSOR),
        answers={200: SessionPage},
    ),
    Route(
        name="GetSession",
        method="GET",
        path="sessions/{session}",
        handle=get_session,
        summary="Read one of your sessions, or the current one.",
        answers={200: SessionDocument},
    ),
    Route(
        name="DeleteSession",
        method="DELETE",
        path="sessions/{session}",
        handle=delete_session,
        summary="Sign out: of one of your sessions, or of the current one.",
        answers={204: None},
    ),
    Route(
        name="ChangePassword",
        method="PUT",
        path="me/password",
        handle=change_password,
        summary="Change your password, which ends all of your other sessions.",
        bodies=(PasswordChange,),
        takes_password=True,
        answers={204: None},
    ),
)
