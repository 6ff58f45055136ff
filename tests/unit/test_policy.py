"""Who may do what: each rule by itself, and which of them wins."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import Invalid, InvalidScalar
from buckets.model.account import Caller, Role
from buckets.model.action import OF_CONTENT, Access, Action
from buckets.model.bucket import Bucket, Visibility
from buckets.model.grant import Grant, Place
from buckets.model.policy import Effect, Statement, Who
from buckets.names import AccountId, BucketId, BucketName, CredentialId, UserId
from buckets.policy import ALLOWED, Question, Ruling, Verdict, decide

HOME, ABROAD = AccountId("123456789012"), AccountId("210987654321")
ALICE, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
BUCKET = Bucket(
    id=BucketId(UUID(int=9)),
    name=BucketName("photos"),
    account=HOME,
    owner=ALICE,
    placement="default",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
ALL = frozenset(Action)
CONTENT = OF_CONTENT


def person(role: Role, account: AccountId = HOME, grant: Grant = Grant()) -> Caller:  # noqa: B008  # it is frozen
    return Caller(account=account, user=ALICE, role=role, credential=CredentialId(UUID(int=7)), grant=grant)


def statement(effect: Effect, who: str, *actions: Action, prefix: str = "") -> Statement:
    return Statement(name="s", effect=effect, who=frozenset({Who.parse(who)}), actions=frozenset(actions), prefix=prefix)


def ruled(action: Action, caller: Caller | None, *policy: Statement, key: str | None = "a", bucket: Bucket = BUCKET) -> Verdict:
    return decide(Question(caller=caller, action=action, bucket=replace(bucket, policy=policy), key=key))


READER = person(Role.READ_ONLY)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_its_kinds_say_and_nothing_else(role: Role, action: Action) -> None:
    verdict = ruled(action, person(role))
    if action.access not in ALLOWED[role]:
        assert verdict == Verdict(Ruling.NO, "role")
    elif role is Role.USER and action.access is not Access.READ:
        assert verdict == Verdict(Ruling.IF_OWN, "ownership")
    else:
        assert verdict == Verdict(Ruling.YES, "role")


@pytest.mark.parametrize("action", Action)
def test_nobody_and_strangers_may_at_most_read_what_is_public(action: Action) -> None:
    for caller, rule in ((None, "anonymous"), (person(Role.OWNER, ABROAD), "account")):
        verdict = ruled(action, caller)
        by_object = Verdict(Ruling.IF_PUBLIC, "visibility")
        assert verdict == (by_object if action is Action.GET_OBJECT else Verdict(Ruling.NO, rule))


@pytest.mark.parametrize("action", sorted(CONTENT))
@pytest.mark.parametrize("role", Role)
def test_a_denial_wins_over_role_allowance_and_visibility(role: Role, action: Action) -> None:
    public = replace(BUCKET, visibility=Visibility.PUBLIC)
    denied = statement(Effect.DENY, "anyone", action)
    allowed = Statement(name="t", effect=Effect.ALLOW, who=frozenset({Who.parse(f"role:{role}")}), actions=CONTENT)
    for caller in (person(role), None, person(role, ABROAD)):
        for policy in ((denied, allowed), (allowed, denied)):
            assert ruled(action, caller, *policy, bucket=public) == Verdict(Ruling.NO, "policy:s")


def test_a_statement_allows_what_a_role_does_not() -> None:
    allowed = statement(Effect.ALLOW, f"user:{ALICE}", Action.PUT_OBJECT, prefix="in/")
    assert ruled(Action.PUT_OBJECT, READER, allowed, key="in/a") == Verdict(Ruling.YES, "policy:s")
    assert ruled(Action.PUT_OBJECT, READER, allowed, key="i").ruling is Ruling.NO
    assert ruled(Action.PUT_OBJECT, replace(READER, user=BOB), allowed, key="in/a").ruling is Ruling.NO
    assert ruled(Action.DELETE_OBJECT, READER, allowed, key="in/a").ruling is Ruling.NO


def test_a_statement_lets_a_user_change_what_is_not_its_own() -> None:
    allowed = statement(Effect.ALLOW, "role:user", Action.PUT_OBJECT)
    assert ruled(Action.PUT_OBJECT, person(Role.USER), allowed).ruling is Ruling.YES


def test_a_statement_lets_strangers_read() -> None:
    theirs = statement(Effect.ALLOW, f"account:{ABROAD}", Action.GET_OBJECT, Action.LIST_OBJECTS)
    assert ruled(Action.LIST_OBJECTS, person(Role.USER, ABROAD), theirs) == Verdict(Ruling.YES, "policy:s")
    assert ruled(Action.LIST_OBJECTS, None, theirs).ruling is Ruling.NO
    assert ruled(Action.LIST_OBJECTS, None, statement(Effect.ALLOW, "anyone", Action.LIST_OBJECTS)).ruling is Ruling.YES


def test_a_role_is_one_of_the_account_of_the_bucket() -> None:
    denied = statement(Effect.ALLOW, "role:service", Action.PUT_OBJECT)
    assert ruled(Action.PUT_OBJECT, person(Role.SERVICE, ABROAD), denied).ruling is Ruling.NO


def test_whoever_works_for_another_is_met_under_both_names() -> None:
    denied = statement(Effect.DENY, f"user:{BOB}", Action.GET_OBJECT)
    assert ruled(Action.GET_OBJECT, replace(person(Role.SERVICE), actor=BOB), denied).ruling is Ruling.NO


@pytest.mark.parametrize("action", sorted(ALL - CONTENT))
def test_a_statement_speaks_of_content_only(action: Action) -> None:
    with pytest.raises(InvalidScalar):
        statement(Effect.DENY, "anyone", action)


@pytest.mark.parametrize("who", ["anyone", f"account:{ABROAD}"])
def test_strangers_are_never_allowed_to_write(who: str) -> None:
    with pytest.raises(InvalidScalar):
        statement(Effect.ALLOW, who, Action.GET_OBJECT, Action.PUT_OBJECT)


@pytest.mark.parametrize("text", ["", "anyone:", "anyone:x", "user:", "user:x", "role:king", "role", "account:1", "all", "user:{}"])
def test_whom_a_statement_is_about_is_parsed_whole(text: str) -> None:
    with pytest.raises(Invalid):
        Who.parse(text)


statements = st.builds(
    Statement,
    name=st.sampled_from(["a", "b"]),
    effect=st.just(Effect.DENY),
    who=st.frozensets(st.sampled_from([Who.parse(w) for w in ("anyone", f"user:{ALICE}", "role:user", f"account:{HOME}")])),
    actions=st.frozensets(st.sampled_from(sorted(CONTENT))),
    prefix=st.sampled_from(["", "a", "a/"]),
)
grants = st.builds(
    Grant,
    actions=st.none() | st.frozensets(st.sampled_from(Action)),
    places=st.none() | st.frozensets(st.builds(Place, st.just(BUCKET.name), st.sampled_from(["", "a/"])), max_size=2),
)


@given(st.sampled_from(Action), st.sampled_from(Role), grants, st.lists(statements, max_size=3), st.sampled_from(["a", "a/b", "b"]))
def test_neither_a_scope_nor_a_denial_ever_gives_more(
    action: Action, role: Role, grant: Grant, policy: list[Statement], key: str
) -> None:
    free = ruled(action, person(role), key=key)
    bound = ruled(action, person(role, grant=grant), *policy, key=key)
    assert bound == free or bound.ruling is Ruling.NO
    if not grant.allows(action, BUCKET.name, key):
        assert bound == Verdict(Ruling.NO, "scope")
