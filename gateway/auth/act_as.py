"""Working for somebody else: a service names the user that a request is for, and what is done is done as that user.

The name stands in a header, which must be signed where the request is, or in a query that is signed as a whole.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from buckets.errors import InvalidScalar, NotPermitted
from buckets.model.account import Caller, Role, Status, User
from buckets.names import AccountId, UserId
from buckets.scalars import uuid_text
from gateway.auth.sigv4.canonical import SignedRequest, parameter_bytes
from gateway.auth.sigv4.presign import ACTING_FOR, is_presigned

FindUser: TypeAlias = Callable[[AccountId, UserId], Awaitable[User | None]]

_HEADER = "seawall-user"
_ACTION = "working for this user"
_FALLING = (Role.OWNER, Role.ADMIN, Role.SERVICE, Role.USER, Role.READ_ONLY)


def named(request: SignedRequest) -> UserId | None:
    """The user that a request is for, if it says so. A header of a presigned request may come from whoever holds the link."""
    texts = list(request.values(_HEADER))
    if is_presigned(request):
        if texts:
            raise InvalidScalar("The header Seawall-User", "a presigned request names the user in its query")
        texts = [parameter_bytes(value).decode("latin-1") for name, value in request.parameters() if name == ACTING_FOR]
    if len(texts) > 1:
        raise InvalidScalar("Seawall-User", "it stands twice")
    return UserId(uuid_text(texts[0], name="Seawall-User")) if texts else None


async def acting(caller: Caller, user: UserId, find: FindUser) -> Caller:
    """The caller as that user. It may what both may, and who is not there is like who may not be worked for."""
    if not caller.grant.acts_as:
        raise NotPermitted(_ACTION)
    found = await find(caller.account, user)
    if found is None or found.status is not Status.ACTIVE:
        raise NotPermitted(_ACTION)
    return replace(
        caller,
        user=found.id,
        actor=caller.user,
        role=max(caller.role, found.role, key=_FALLING.index),
        tier=found.tier,
        grant=replace(caller.grant, acts_as=False),
    )
