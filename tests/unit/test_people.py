"""Who may make others what."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from buckets import people
from buckets.model.account import Identity, Role, Status
from tests.factories import values

EVERYBODY = [*Role]


@pytest.mark.parametrize(("giver", "role"), [*product(EVERYBODY, EVERYBODY)])
def test_owners_give_every_role_and_admins_all_but_theirs(giver: Role, role: Role) -> None:
    expected = {Role.OWNER: True, Role.ADMIN: role is not Role.OWNER}.get(giver, False)
    assert people.may_give(giver, role) is expected


@pytest.mark.parametrize(("role", "present", "wanted"), [*product(EVERYBODY, EVERYBODY, EVERYBODY)])
def test_who_is_changed_must_be_within_reach_before_and_afterwards(role: Role, present: Role, wanted: Role) -> None:
    caller, user = values.caller(values.user(role=role)), values.user(role=present)
    expected = people.may_give(role, present) and people.may_give(role, wanted)
    assert people.may_change(caller, user, replace(user, role=wanted)) is expected
    assert people.may_delete(caller, user) is people.may_give(role, present)


@pytest.mark.parametrize("role", EVERYBODY)
def test_nobody_gives_itself_a_role_or_a_status_or_deletes_itself(role: Role) -> None:
    me = values.user(role=role)
    caller = values.caller(me)
    others = [replace(me, role=other) for other in EVERYBODY if other is not role]
    for wanted in (*others, replace(me, status=Status.SUSPENDED), replace(me, status=Status.DELETED)):
        assert not people.may_change(caller, me, wanted)
    assert not people.may_delete(caller, me)


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(
    ("words", "for_managers_only"),
    [
        ({"name": "other"}, False),
        ({"preferences": {"a": 1}}, False),
        ({"email": "other@example.org"}, True),
        ({"identities": frozenset({Identity("i", "s")})}, True),
    ],
)
def test_everybody_has_a_name_of_its_own_choice_but_how_others_know_it_is_for_managers(
    role: Role, words: dict[str, Any], for_managers_only: bool
) -> None:
    me = values.user(role=role)
    assert people.may_change(values.caller(me), me, replace(me, **words)) is (role in people.MANAGERS or not for_managers_only)


@pytest.mark.parametrize(("role", "status"), [*product(EVERYBODY, Status)])
def test_an_account_is_led_by_active_owners(role: Role, status: Status) -> None:
    leader, user = values.user(), replace(values.user(role=role), status=status)
    leads = (role, status) == (Role.OWNER, Status.ACTIVE)
    assert people.leads(user) is leads
    assert people.gives_up_leading(leader, user) is not leads
    assert people.gives_up_leading(user, None) is leads
    assert not people.gives_up_leading(user, leader)
