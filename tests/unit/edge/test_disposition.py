"""Whether a file is shown or saved: nothing that could run is shown, whatever anybody said."""

import re
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.disposition import disposition, named

SHOWN = "image/png"
NOT_SHOWN = "text/html"


def saved_name(said: str) -> str:
    """The name in full, as the standard has a browser read it."""
    match = re.search(r"filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]*)$", said)
    assert match, said
    return unquote(match[1], errors="strict")


@pytest.mark.parametrize(
    "said", ['inline; filename="x.png"', "inline", "INLINE;filename=x", "attachment", "form-data; name=x", "=?"]
)
def test_what_may_be_shown_is_offered_as_was_said(said: str) -> None:
    assert disposition(said, content_type=SHOWN, path="a") == said


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("inline", "attachment"),
        ('inline; filename="x.html"', 'attachment; filename="x.html"'),
        ("InLine ;filename=x", "attachment;filename=x"),
        (" inline;", "attachment;"),
        ("attachment; filename=inline", "attachment; filename=inline"),
        ("Attachment", "attachment"),
        ("inline-ish; a=b", "attachment; a=b"),
        ("form-data; name=x", "attachment; name=x"),
    ],
)
def test_what_could_run_is_only_saved(said: str, given: str) -> None:
    assert disposition(said, content_type=NOT_SHOWN, path="a") == given


@pytest.mark.parametrize(
    "said", ["", "filename=x", '"inline"', "inline, attachment", "attachment, inline", "; inline", "in line", "inline\x0b;", "é"]
)
def test_what_no_browser_understands_is_not_passed_on(said: str) -> None:
    assert disposition(said, content_type=NOT_SHOWN, path="a/b") == f"attachment; {named('b')}"


@given(said=st.none() | st.text() | st.from_regex(r"[ \t]*(?i:inline|attachment)[ \t;,=]*.*"), content_type=st.text())
def test_no_words_bring_a_file_to_run(said: str | None, content_type: str) -> None:
    """A browser saves what says `attachment` and nothing else before its first semicolon."""
    assert disposition(said, content_type=content_type, path="a").partition(";")[0].strip().lower() == "attachment"


@pytest.mark.parametrize("content_type", ["image/png", "IMAGE/PNG ;a=b", "text/plain; charset=utf-8", "video/mp4"])
def test_what_is_only_looked_at_is_shown(content_type: str) -> None:
    assert disposition(None, content_type=content_type, path="a").startswith("inline; ")


@pytest.mark.parametrize(
    "content_type",
    ["image/svg+xml", "image/png, text/html", "image/png text/html", "application/pdf", "text/xml", "", "image/png\xa0"],
)
def test_what_may_be_anything_is_saved(content_type: str) -> None:
    assert disposition(None, content_type=content_type, path="a").startswith("attachment; ")


@given(path=st.text(st.characters(exclude_categories=())))
def test_every_path_has_a_name_that_can_be_saved(path: str) -> None:
    said = f"attachment; {named(path)}"
    assert said.isascii()
    assert said.isprintable()
    name = saved_name(said)
    assert name.isprintable()
    assert "/" not in name
    assert 0 < len(name) <= 255
    message = EmailMessage()
    message["Content-Disposition"] = said
    assert message["Content-Disposition"].content_disposition == "attachment"


@given(name=st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/"), min_size=1, max_size=255))
def test_a_plain_name_is_saved_as_it_is(name: str) -> None:
    assert saved_name(named(f"some/where/{name}")) == name
