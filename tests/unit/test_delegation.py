"""What a caller hands on to a key: never more than it has itself."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import InvalidScalar, WiderThanOwn
from buckets.model.account import Role
from buckets.model.action import Action
from buckets.model.credential import Key, KeyKind, Terms
from buckets.model.grant import EVERYTHING, Grant, Place
from buckets.names import AccountId, BucketName, CredentialId
from buckets.service.delegation import Giver, must_be_within, must_lie_ahead, renewed
from tests.factories import values

NOW = values.ManualClock().now()
DAY = timedelta(days=1)

places = st.builds(Place, st.sampled_from([BucketName("images"), BucketName("images2")]), st.sampled_from(["", "a", "ab", "ab/"]))
networks = st.sampled_from([ip_network(text) for text in ("10.0.0.0/8", "10.1.0.0/16", "192.0.2.7/32", "0.0.0.0/0")])
grants = st.builds(
    Grant,
    actions=st.none() | st.frozensets(st.sampled_from(Action), max_size=4),
    places=st.none() | st.frozensets(places, max_size=3),
    networks=st.none() | st.frozensets(networks, max_size=3),
    acts_as=st.booleans(),
)
ends = st.none() | st.integers(0, 9).map(lambda days: NOW + days * DAY)


def giver(role: Role = Role.OWNER, grant: Grant = EVERYTHING, **words: object) -> Giver:
    return Giver(replace(values.caller(values.user(role=role)), grant=grant), **words)  # type: ignore[arg-type]  # what a test says


def terms(grant: Grant = EVERYTHING, **words: object) -> Terms:
    return Terms(name="test", kind=KeyKind.S3, grant=grant, **words)  # type: ignore[arg-type]  # likewise


def may(by: Giver, on: Terms, owner: Role) -> bool:
    try:
        must_be_within(by, on, owner)
    except WiderThanOwn:
        return False
    return True


def key(created: timedelta, expires: timedelta | None) -> Key:
    return Key(
        id=CredentialId(values.IDS.uuid7()),
        account=AccountId("123456789012"),
        owner=values.user().id,
        name="test",
        kind=KeyKind.S3,
        hint="SW",
        created_at=NOW + created,
        expires_at=None if expires is None else NOW + expires,
    )


@given(own=grants, first=grants, second=grants, address=st.ip_addresses(v=4) | st.just("10.1.2.3"), action=st.sampled_from(Action))
def test_no_chain_of_keys_reaches_further_than_its_first(
    own: Grant, first: Grant, second: Grant, address: object, action: Action
) -> None:
    if may(giver(grant=own), terms(first), Role.OWNER) and may(giver(grant=first), terms(second), Role.OWNER):
        for bucket, name in (("images", "abc"), ("images2", "ab/c"), ("images", None), (None, None)):
            assert not second.allows(action, bucket, name) or own.allows(action, bucket, name)
        assert not second.admits(str(address)) or own.admits(str(address))


@given(own=grants, wanted=grants, role=st.sampled_from(Role), owner=st.sampled_from(Role))
def test_only_who_may_everything_lets_others_act(own: Grant, wanted: Grant, role: Role, owner: Role) -> None:
    if wanted.acts_as and may(giver(role, own), terms(wanted), owner):
        assert own == EVERYTHING
        assert role in {Role.OWNER, Role.ADMIN}
        assert owner in {Role.OWNER, Role.ADMIN, Role.SERVICE}


@given(own=ends, wanted=ends)
def test_no_key_outlives_the_one_it_was_made_with(own: object, wanted: object) -> None:
    allowed = own is None or (wanted is not None and wanted <= own)  # type: ignore[operator]  # both are times
    assert may(giver(ends=own), terms(expires_at=wanted), Role.OWNER) is allowed


@pytest.mark.parametrize("role", Role)
def test_only_an_owner_makes_keys_of_owners(role: Role) -> None:
    assert may(giver(role), terms(), Role.OWNER) is (role is Role.OWNER)


@pytest.mark.parametrize(("ahead", "fits"), [(-1, False), (0, False), (1, True), (36_500, True), (36_501, False)])
def test_an_expiry_lies_ahead_and_not_beyond_all_time(ahead: int, fits: bool) -> None:
    must_lie_ahead(None, NOW)
    if fits:
        must_lie_ahead(NOW + ahead * DAY, NOW)
    else:
        with pytest.raises(InvalidScalar):
            must_lie_ahead(NOW + ahead * DAY, NOW)


@pytest.mark.parametrize(
    ("expires", "own", "renewal"), [(None, None, None), (None, 5, 5), (10, None, 30), (10, 5, 5), (10, 40, 30), (-1, None, 19)]
)
def test_a_key_made_anew_lives_as_long_and_never_longer_than_its_giver(
    expires: int | None, own: int | None, renewal: int | None
) -> None:
    old = key(-20 * DAY, None if expires is None else expires * DAY)
    by = giver(ends=None if own is None else NOW + own * DAY)
    assert renewed(old, by, NOW) == (None if renewal is None else NOW + renewal * DAY)
