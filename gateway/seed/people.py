"""Users who do not exist, for trying out what users do. None of them may govern."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from buckets.model.account import Caller, Role, User
from buckets.names import AccountId, UserId
from gateway.seed.dice import Dice
from gateway.seed.words import FIRST_NAMES, LAST_NAMES

_SPACE = UUID("8f2e7f6a-51c4-4d0c-9b58-5e1a9d1b7c30")
_ROLES = (Role.SERVICE, Role.USER, Role.USER, Role.READ_ONLY)


def people(account: AccountId, seed: int, count: int) -> Sequence[User]:
    """The first of them always are the same; the first of all may write."""
    return [_person(account, seed, number) for number in range(count)]


def writers(callers: Sequence[Caller]) -> Sequence[Caller]:
    return [caller for caller in callers if caller.role is not Role.READ_ONLY]


def _person(account: AccountId, seed: int, number: int) -> User:
    dice = Dice.of(seed, "user", number)
    name = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)} (sample)"
    return User(
        id=UserId(uuid5(_SPACE, f"{account}/{seed}/{number}")), account=account, name=name, role=_ROLES[number % len(_ROLES)]
    )
