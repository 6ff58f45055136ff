"""What a caller may hand on to a key: never more than it has itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from buckets.errors import InvalidScalar, WiderThanOwn
from buckets.model.account import Caller, Role
from buckets.model.credential import Key, Terms
from buckets.model.grant import EVERYTHING

_LONGEST = timedelta(days=36_500)
_ADMINS = frozenset({Role.OWNER, Role.ADMIN})
_ACTING = frozenset({Role.OWNER, Role.ADMIN, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class Giver:
    """Who makes a key, and when the credential that it came with ends."""

    caller: Caller
    ends: datetime | None = None


def must_be_within(giver: Giver, terms: Terms, owner: Role) -> None:
    """WiderThanOwn unless a key on these terms, for somebody of that role, reaches nowhere that the giver does not."""
    if owner is Role.OWNER and giver.caller.role is not Role.OWNER:
        raise WiderThanOwn("its user is an owner")
    if not giver.caller.grant.covers(replace(terms.grant, acts_as=False)):
        raise WiderThanOwn("your own is limited to less")
    if terms.grant.acts_as:
        _must_hand_on_acting(giver, owner)
    if giver.ends is not None and (terms.expires_at is None or terms.expires_at > giver.ends):
        raise WiderThanOwn("your own expires sooner")


def must_lie_ahead(expires_at: datetime | None, now: datetime) -> None:
    """The bound is what a column of the catalog, and a clock, can hold."""
    if expires_at is not None and not timedelta() < expires_at - now <= _LONGEST:
        raise InvalidScalar("The expiry", "it must lie in the future, and within a hundred years")


def renewed(key: Key, giver: Giver, now: datetime) -> datetime | None:
    """When the successor of a key expires: it lives as long as the key was to live, and no longer than the giver's own."""
    ends = now + (key.expires_at - key.created_at) if key.expires_at else None
    return min((each for each in (ends, giver.ends) if each is not None), default=None)


def _must_hand_on_acting(giver: Giver, owner: Role) -> None:
    """It is worth all keys of the account, so that no key which is limited, or acts for others itself, makes another such."""
    if giver.caller.role not in _ADMINS or giver.caller.grant != EVERYTHING:
        raise WiderThanOwn("only owners and admins with an unlimited key let others act for users")
    if owner not in _ACTING:
        raise WiderThanOwn("only services, admins and owners act for users")
