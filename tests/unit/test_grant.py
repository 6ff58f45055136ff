"""How far a key reaches: exactly as far as it says, and no key makes a wider one."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.catalog import grants
from buckets.model.action import ACCESS, Access, Action
from buckets.model.grant import EVERYTHING, Grant, Place, actions_of
from buckets.names import BucketName

IMAGES, CARDS = Place(BucketName("images")), Place(BucketName("images"), "cards/")

places = st.builds(Place, st.sampled_from([BucketName("images"), BucketName("images2")]), st.sampled_from(["", "a", "ab", "ab/"]))
networks = st.sampled_from([ip_network(text) for text in ("10.0.0.0/8", "10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32", "::/0")])
grant = st.builds(
    Grant,
    actions=st.none() | st.frozensets(st.sampled_from(Action), max_size=4),
    places=st.none() | st.frozensets(places, max_size=3),
    networks=st.none() | st.frozensets(networks, max_size=3),
    acts_as=st.booleans(),
)


def test_every_action_is_of_a_kind() -> None:
    assert ACCESS.keys() == set(Action)


@pytest.mark.parametrize(
    ("bucket", "key", "reached"),
    [
        ("images", "cards/1.png", True),
        ("images", "cards/", True),
        ("images", "cards", False),
        ("images", "cards-private/1.png", False),
        ("images2", "cards/1.png", False),
        ("images-private", "cards/1.png", False),
        ("image", "cards/1.png", False),
        ("images", None, False),
        (None, None, False),
    ],
)
def test_a_place_is_one_bucket_and_what_begins_so(bucket: str | None, key: str | None, reached: bool) -> None:
    assert Grant(places=frozenset({CARDS})).allows(Action.GET_OBJECT, bucket, key) is reached


def test_a_bucket_as_a_whole_is_reached_where_no_prefix_narrows_it() -> None:
    assert Grant(places=frozenset({IMAGES})).allows(Action.GET_BUCKET, "images")
    assert not Grant(places=frozenset({CARDS})).allows(Action.GET_BUCKET, "images")


def test_only_the_actions_that_it_names() -> None:
    reader = Grant(actions=actions_of(Access.READ))
    assert reader.allows(Action.GET_OBJECT, "images", "k")
    assert not reader.allows(Action.PUT_OBJECT, "images", "k")


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("::ffff:11.0.0.1", False),
        ("11.0.0.1", False),
        ("2001:db8::1", False),
        ("", False),
    ],
)
def test_it_is_used_from_its_networks_only(address: str, admitted: bool) -> None:
    assert Grant(networks=frozenset({ip_network("10.0.0.0/8")})).admits(address) is admitted
    assert EVERYTHING.admits(address)


@given(wide=grant, narrow=grant, action=st.sampled_from(Action), bucket=st.sampled_from(["images", "images2"]), key=st.text("ab/"))
def test_what_is_covered_reaches_nowhere_else(wide: Grant, narrow: Grant, action: Action, bucket: str, key: str) -> None:
    if wide.covers(narrow) and narrow.allows(action, bucket, key):
        assert wide.allows(action, bucket, key)


@given(wide=grant, narrow=grant, address=st.ip_addresses(v=4) | st.just("10.1.2.3"))
def test_what_is_covered_is_used_from_nowhere_else(wide: Grant, narrow: Grant, address: object) -> None:
    if wide.covers(narrow) and narrow.admits(str(address)):
        assert wide.admits(str(address))


@given(grant)
def test_a_row_says_all_of_it(one: Grant) -> None:
    assert grants.read(grants.written(one)) == one
    assert one.covers(one)
    assert EVERYTHING.covers(one) is not one.acts_as
