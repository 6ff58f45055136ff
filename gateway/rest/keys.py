"""`/v1/keys`: what callers prove themselves with. A secret is told once, in the answer that makes it."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from aiohttp import web

from buckets.names import CredentialId, UserId
from buckets.scalars import uuid_text
from gateway.auth.minting import Minted
from gateway.edge.respond import whole
from gateway.rest import pages
from gateway.rest.document import answer, document
from gateway.rest.key_terms import KeyDocument, MintedKey, NewKey, Rotation, key_document, minted_document
from gateway.rest.request import RestRequest
from gateway.rest.revisions import must_be_unconditional
from gateway.rest.route import CURSOR, LIMIT, Parameter, Route


class KeyPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest keys first, those that were revoked or have expired among them. Without a next cursor it is the last page."""

    keys: Sequence[KeyDocument]
    next_cursor: str | None


async def create_key(request: RestRequest) -> web.StreamResponse:
    must_be_unconditional(request)
    wanted = await document(request, NewKey)
    return _told_once(request, await request.services.keys.mint(wanted.terms, wanted.owner))


async def rotate_key(request: RestRequest) -> web.StreamResponse:
    must_be_unconditional(request)
    wanted = await document(request, Rotation, absent=Rotation())
    overlap = timedelta(seconds=wanted.overlap_seconds)
    return _told_once(request, await request.services.keys.rotate(_number(request), overlap, wanted.expires_at))


async def list_keys(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    text, caller, limit = request.parameters.get("user", ""), request.services.caller, request.limit
    terms = ("keys", caller.account, str(caller.user), text)
    place = pages.place(request, terms)
    found = await request.services.keys.page(
        user=UserId(uuid_text(text, name="The parameter user")) if text else None,
        after=CredentialId(uuid_text(place[_AFTER], name="The parameter cursor")) if place else None,
        limit=limit + 1,
    )
    told = found[:limit]
    cursor = request.around.cursors.write({_AFTER: str(told[-1].id)}, terms=terms) if len(found) > limit else None
    page = KeyPage(keys=[key_document(key, request.around) for key in told], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.keys_url, cursor))


async def get_key(request: RestRequest) -> web.StreamResponse:
    return answer(request, 200, key_document(await request.services.keys.find(_number(request)), request.around))


async def revoke_key(request: RestRequest) -> web.StreamResponse:
    """204 for one that was revoked before as well."""
    must_be_unconditional(request)
    await request.services.keys.revoke(_number(request))
    return whole(request.exchange, 204)


def _told_once(request: RestRequest, minted: Minted) -> web.Response:
    """Nobody on the way keeps it."""
    headers = {"Location": request.around.key_url(minted.key.id), "Cache-Control": "no-store"}
    return answer(request, 201, minted_document(minted, request.around), headers)


def _number(request: RestRequest) -> CredentialId:
    return CredentialId(uuid_text(request.parts["credential"].decode("ascii", "replace"), name="The id of the key"))


_AFTER = "after"
_KEY = "keys/{credential}"
_USER = Parameter("user", "Only the keys of this user of the account.", {"type": "string", "format": "uuid"})

ROUTES = (
    Route(
        name="CreateKey",
        method="POST",
        path="keys",
        handle=create_key,
        summary="Make a key. Its secret is in this answer and never again.",
        bodies=(NewKey,),
        answers={201: MintedKey},
    ),
    Route(
        name="ListKeys",
        method="GET",
        path="keys",
        handle=list_keys,
        summary="List keys: one's own, and for owners and admins those of the account.",
        parameters=(_USER, LIMIT, CURSOR),
        answers={200: KeyPage},
    ),
    Route(
        name="GetKey",
        method="GET",
        path=_KEY,
        handle=get_key,
        summary="Read what is known of a key.",
        answers={200: KeyDocument},
    ),
    Route(
        name="RevokeKey",
        method="DELETE",
        path=_KEY,
        handle=revoke_key,
        summary="Revoke a key: it opens nothing from now on.",
        answers={204: None},
    ),
    Route(
        name="RotateKey",
        method="POST",
        path=_KEY,
        part="rotate",
        handle=rotate_key,
        summary="Make a key in the place of this one, which is good beside it for a while yet.",
        bodies=(Rotation,),
        may_be_absent=True,
        answers={201: MintedKey},
    ),
)
