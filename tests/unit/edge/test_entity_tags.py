"""Entity tags: lists as the standard has them, and what clients send instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.entity_tags import EntityTags

tags = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f'), max_size=6)
listed = st.lists(st.tuples(st.booleans(), tags), max_size=6)
gaps = st.sampled_from([",", ", ", " ,", " , ", ",,", "\t,\t", ", ,"])


@given(listed, gaps)
def test_a_list_holds_what_stands_in_it(entries: list[tuple[bool, str]], gap: str) -> None:
    parsed = EntityTags.parse(gap.join(f'{"W/" if weak else ""}"{tag}"' for weak, tag in entries))
    for _, tag in entries:
        assert parsed.hold(tag) == ((False, tag) in entries)
        assert parsed.hold_weakly(tag)
    assert not parsed.hold("something else")
    assert not parsed.hold_weakly("something else")


@pytest.mark.parametrize("header", ["*"])
def test_a_star_is_every_tag(header: str) -> None:
    assert EntityTags.parse(header).hold("x")
    assert EntityTags.parse(header).hold_weakly("x")


@pytest.mark.parametrize(
    "header", ["", ",", '"*"', '*, "y"', '"y", *', 'w/"x"', 'W/ "x"', '"x" "x"', '"x', 'x"', "x, y", '"x";"y"']
)
def test_what_is_no_tag_holds_none(header: str) -> None:
    assert not EntityTags.parse(header).hold("x")
    assert not EntityTags.parse(header).hold_weakly("x")


def test_a_tag_without_its_quotes_is_a_tag() -> None:
    assert EntityTags.parse("x").hold("x")


@given(st.text())
def test_every_header_can_be_read(header: str) -> None:
    EntityTags.parse(header)


def test_a_hostile_list_is_read_in_one_pass() -> None:
    for header in ('"a",' * 4000 + '"', '"a" ' * 4000, "," * 16000 + "x", ' "' * 8000 + "x"):
        assert not EntityTags.parse(header).hold("b")
