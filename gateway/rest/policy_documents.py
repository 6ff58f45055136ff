"""What a bucket says of who may do what, as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from buckets.errors import InvalidScalar
from buckets.model.action import OF_CONTENT, Access, Action
from buckets.model.grant import actions_of
from buckets.model.policy import MOST_STATEMENTS, Effect, Statement, Who

StatementName: TypeAlias = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,64}$")]
Prefix: TypeAlias = Annotated[str, Meta(max_length=1024)]
Words: TypeAlias = Annotated[Sequence[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=100)]


class StatementDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may, or may not, do what with keys that begin so.

    `who` are `anyone`, `account:ID`, `user:ID` or `role:NAME`; `actions` are named one by one, or as `read`, `write` and `delete`.
    """

    name: StatementName
    effect: Effect
    who: Words
    actions: Words
    prefix: Prefix = ""


Policy: TypeAlias = Annotated[Sequence[StatementDocument], Meta(max_length=MOST_STATEMENTS)]


def policy_documents(policy: Iterable[Statement]) -> Sequence[StatementDocument]:
    return [
        StatementDocument(
            name=statement.name,
            effect=statement.effect,
            who=sorted(map(str, statement.who)),
            actions=sorted(map(str, statement.actions)),
            prefix=statement.prefix,
        )
        for statement in policy
    ]


def parsed_policy(documents: Sequence[StatementDocument]) -> tuple[Statement, ...]:
    if len({each.name for each in documents}) < len(documents):
        raise InvalidScalar("The policy", "two statements have one name")
    return tuple(_statement(each) for each in documents)


def _statement(said: StatementDocument) -> Statement:
    return Statement(
        name=said.name,
        effect=said.effect,
        who=frozenset(map(Who.parse, said.who)),
        actions=frozenset(parsed_actions(said.actions, among=OF_CONTENT)),
        prefix=said.prefix,
    )


def parsed_actions(words: Iterable[str], *, among: frozenset[Action] = frozenset(Action)) -> Iterator[Action]:
    """Each by its own name, or by the name of their kind all of it that are in question."""
    for word in words:
        meant = actions_of(Access(word)) & among if word in set(Access) else {each for each in among if each == word}
        if not meant:
            raise InvalidScalar("An action", f"it is one of {', '.join([*Access, *sorted(among)])}")
        yield from meant
