"""`/v1/users`: the people and services in an account."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from buckets.model.account import Role, Status, User
from buckets.model.profile import Profile
from buckets.names import EmailAddress, UserId
from buckets.scalars import uuid_text
from gateway.auth.users import WantedUsers
from gateway.edge.respond import whole
from gateway.rest import pages, revisions
from gateway.rest.document import answer, document
from gateway.rest.jobs import Started, started
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, JSON, LIMIT, MERGE_PATCH, Parameter, Route
from gateway.rest.user_documents import NewUser, UserChange, UserDocument, user_document


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """Users in the order in which they were made. Without a next cursor it is the last page."""

    users: Sequence[UserDocument]
    next_cursor: str | None


async def create_user(request: RestRequest) -> web.StreamResponse:
    revisions.must_be_unconditional(request)
    wanted = await document(request, NewUser)
    user = await request.services.users.add(wanted.profile)
    return told(request, 201, user, {"Location": request.around.user_url(user.id)})


async def list_users(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    wanted, limit = _wanted(request), request.limit
    terms = _terms(request, wanted)
    place = pages.place(request, terms)
    after = UserId(uuid_text(place[_AFTER], name="The parameter cursor")) if place else None
    found = await request.services.users.page(wanted, after=after, limit=limit + 1)
    users = found[:limit]
    cursor = request.around.cursors.write({_AFTER: str(users[-1].id)}, terms=terms) if len(found) > limit else None
    page = UserPage(users=[user_document(user, request.around) for user in users], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.users_url, cursor))


async def get_user(request: RestRequest) -> web.StreamResponse:
    user = await request.services.users.find(_id(request))
    return revisions.unchanged(request, user.revision) or told(request, 200, user)


async def change_user(request: RestRequest) -> web.StreamResponse:
    """Compare-and-set from the revision that is found here on; with If-Match, from the one that the caller knows."""
    change = await document(request, UserChange, PATCHES)
    present = await request.services.users.find(_id(request))
    revisions.must_match(request, present.revision)
    return told(request, 200, await request.services.users.change(present, change.applied_to(Profile.of(present))))


async def delete_user(request: RestRequest) -> web.StreamResponse:
    """204 for one that owns nothing. With an heir, 202: the user is gone at once, and a job passes on what it owned."""
    revisions.must_be_unconditional(request)
    heir = request.parameters.get("transfer_to")
    if heir is not None:
        id_ = UserId(uuid_text(heir, name="The parameter transfer_to"))
        return started(request, await request.services.users.delete_in_favour_of(_id(request), id_))
    await request.services.users.delete(_id(request))
    return whole(request.exchange, 204)


def told(request: RestRequest, status: int, user: User, headers: dict[str, str] | None = None) -> web.Response:
    return answer(request, status, user_document(user, request.around), {**revisions.tag(user.revision), **(headers or {})})


def _id(request: RestRequest) -> UserId:
    return UserId(uuid_text(request.parts["user"].decode("ascii", "replace"), name="The id of the user"))


def _wanted(request: RestRequest) -> WantedUsers:
    email = request.parameters.get("email")
    return WantedUsers(
        role=request.choice("role", Role),
        status=request.choice("status", Status),
        email=None if email is None else EmailAddress(email),
    )


def _terms(request: RestRequest, wanted: WantedUsers) -> tuple[str, ...]:
    """What makes it another list: a cursor belongs to one."""
    return "users", request.services.caller.account, wanted.role or "", wanted.status or "", wanted.email or ""


PATCHES = (MERGE_PATCH, JSON)
_AFTER = "after"
_USER = "users/{user}"
_FILTERS = (
    Parameter("role", "Only users with this role.", {"type": "string", "enum": [*Role]}),
    Parameter(
        "status", "Only users with this status; unless told, all that are not deleted.", {"type": "string", "enum": [*Status]}
    ),
    Parameter("email", "Only the user with this address, however it is written."),
)
_HEIR = Parameter("transfer_to", "Who is given its buckets and objects.", {"type": "string", "format": "uuid"})

ROUTES = (
    Route(
        name="CreateUser",
        method="POST",
        path="users",
        handle=create_user,
        summary="Make a user.",
        bodies=(NewUser,),
        answers={201: UserDocument},
    ),
    Route(
        name="ListUsers",
        method="GET",
        path="users",
        handle=list_users,
        summary="List the users of the account.",
        parameters=(*_FILTERS, LIMIT, CURSOR),
        answers={200: UserPage},
    ),
    Route(
        name="GetUser",
        method="GET",
        path=_USER,
        handle=get_user,
        summary="Read what is known of a user.",
        headers=("if-none-match",),
        answers={200: UserDocument, 304: None},
    ),
    Route(
        name="ChangeUser",
        method="PATCH",
        path=_USER,
        handle=change_user,
        summary="Change what is said of a user.",
        headers=("if-match",),
        bodies=(UserChange,),
        media=PATCHES,
        answers={200: UserDocument},
    ),
    Route(
        name="DeleteUser",
        method="DELETE",
        path=_USER,
        handle=delete_user,
        summary="Delete a user that owns nothing, or with an heir any. It stays on record.",
        parameters=(_HEIR,),
        answers={202: Started, 204: None},
    ),
)
