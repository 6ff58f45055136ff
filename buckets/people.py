"""Who may make others what, and what must stay so, decided from what is known of them. No I/O."""

from buckets.model.account import Caller, Role, Status, User

MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
"""Who looks after the people of an account."""


def may_give(giver: Role, role: Role) -> bool:
    """Whether who has the one makes others what has the other: nobody lifts another above itself."""
    return giver is Role.OWNER or (giver is Role.ADMIN and role is not Role.OWNER)


def may_change(caller: Caller, present: User, wanted: User) -> bool:
    """Whether the caller may make a user that is so be otherwise."""
    if caller.user == present.id:
        return _may_change_itself(caller.role, present, wanted)
    return may_give(caller.role, present.role) and may_give(caller.role, wanted.role)


def may_delete(caller: Caller, user: User) -> bool:
    return caller.user != user.id and may_give(caller.role, user.role)


def gives_up_leading(present: User, wanted: User | None) -> bool:
    """Whether an account has one active owner less afterwards; of a user that is to be gone, None is wanted."""
    return leads(present) and (wanted is None or not leads(wanted))


def leads(user: User) -> bool:
    return user.role is Role.OWNER and user.status is Status.ACTIVE


def _may_change_itself(role: Role, present: User, wanted: User) -> bool:
    """Nobody its role or status; and who manages nobody does not say either by what address or name others know it."""
    if (present.role, present.status) != (wanted.role, wanted.status):
        return False
    return role in MANAGERS or (present.email, present.identities) == (wanted.email, wanted.identities)
