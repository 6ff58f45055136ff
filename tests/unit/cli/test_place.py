"""Places in the service as they are typed."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import ClientFault
from gateway.cli.client.place import Place, typed_object, typed_place

KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("documents", "documents", ""),
        ("documents/", "documents", ""),
        ("documents/a", "documents", "a"),
        ("sw://documents/a/b", "documents", "a/b"),
        ("documents//a", "documents", "/a"),
        ("documents/../other/a", "documents", "../other/a"),
        ("documents/%2F?x#y", "documents", "%2F?x#y"),
        ("documents/sw://a", "documents", "sw://a"),
    ],
)
def test_a_key_is_all_that_stands_behind_the_first_slash(text: str, bucket: str, key: str) -> None:
    assert Place.parse(text) == Place(typed_place(bucket).bucket, key)


@pytest.mark.parametrize(
    "text",
    ["", "/", "/a", "./a", "../a", "A/b", "s3://documents/a", "documents/\x00", "documents/\udcff", "documents/" + "x" * 1025],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        typed_place(text)


def test_a_bucket_is_no_object() -> None:
    with pytest.raises(click.BadParameter, match="documents is a bucket"):
        typed_object("sw://documents/")


@given(KEYS)
def test_what_is_shown_can_be_typed(key: str) -> None:
    place = Place.parse(f"documents/{key}")
    assert Place.parse(str(place)) == Place.parse(f"sw://{place}") == place


@given(KEYS)
def test_a_path_has_nothing_in_it_that_a_url_would_read(key: str) -> None:
    path = Place.parse(f"documents/{key}").path
    assert path.isascii()
    assert not set(path) & set("?#& +\\")
    assert path.count("/") == key.count("/") + 4


@pytest.mark.parametrize(
    ("place", "name", "key"),
    [("documents", "a", "a"), ("documents/x/", "a", "x/a"), ("documents/x", "a", "x"), ("documents/x//", "a", "x//a")],
)
def test_a_folder_leaves_the_name_open(place: str, name: str, key: str) -> None:
    assert Place.parse(place).at(name).key == key


def test_a_name_that_makes_the_key_too_long_is_refused() -> None:
    with pytest.raises(ClientFault):
        Place.parse("documents/" + "x" * 1023 + "/").at("ab")


@pytest.mark.parametrize(
    ("place", "last"), [("documents", ""), ("documents/a", "a"), ("documents/a/b//", "b"), ("documents//", "")]
)
def test_the_last_part_says_something_or_nothing(place: str, last: str) -> None:
    assert Place.parse(place).last == last
