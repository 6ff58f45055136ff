"""What a bucket says of who may do what, as its row says it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from buckets.model.action import Action
from buckets.model.policy import Effect, Statement, Who


def read(said: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    return tuple(_statement(each) for each in said)


def written(policy: Iterable[Statement]) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "name": statement.name,
            "effect": statement.effect,
            "who": sorted(map(str, statement.who)),
            "actions": sorted(statement.actions),
            "prefix": statement.prefix,
        }
        for statement in policy
    ]


def _statement(said: Mapping[str, Any]) -> Statement:
    return Statement(
        name=said["name"],
        effect=Effect(said["effect"]),
        who=frozenset(map(Who.parse, said["who"])),
        actions=frozenset(map(Action, said["actions"])),
        prefix=said["prefix"],
    )
