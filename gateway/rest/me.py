"""`/v1/me`: whom a credential speaks for."""

from aiohttp import web

from buckets.model.profile import Profile
from gateway.rest import revisions
from gateway.rest.document import document
from gateway.rest.request import RestRequest
from gateway.rest.route import Route
from gateway.rest.user_documents import OwnChange, UserDocument
from gateway.rest.users import PATCHES, told


async def get_me(request: RestRequest) -> web.StreamResponse:
    user = await request.services.users.find_me()
    return revisions.unchanged(request, user.revision) or told(request, 200, user)


async def change_me(request: RestRequest) -> web.StreamResponse:
    """Compare-and-set like a change of any user."""
    change = await document(request, OwnChange, PATCHES)
    present = await request.services.users.find_me()
    revisions.must_match(request, present.revision)
    return told(request, 200, await request.services.users.change_me(present, change.applied_to(Profile.of(present))))


ROUTES = (
    Route(
        name="GetMe",
        method="GET",
        path="me",
        handle=get_me,
        summary="Ask who is asking.",
        headers=("if-none-match",),
        answers={200: UserDocument, 304: None},
    ),
    Route(
        name="ChangeMe",
        method="PATCH",
        path="me",
        handle=change_me,
        summary="Change one's own name and preferences; of who looks after others, the email address too.",
        headers=("if-match",),
        bodies=(OwnChange,),
        media=PATCHES,
        answers={200: UserDocument},
    ),
)
