"""The headers of an answer that holds an object: what was stored and what was asked for, as far as that is safe."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from gateway.edge.overrides import OVERRIDING, overrides, save_as
from gateway.edge.serving import IMMUTABLE, SANDBOX, object_headers, unmodified_headers
from tests.unit.edge.heads import head

STORED = {
    "cache-control": "public, max-age=60",
    "content-disposition": 'inline; filename="n.png"',
    "content-encoding": "gzip",
    "content-language": "mi, en",
    "expires": "Thu, 01 Dec 1994 16:00:00 GMT",
}
words = st.text(st.characters(exclude_categories=()), max_size=20)


def headers_of(
    *,
    content_type: str = "image/png",
    headers: Mapping[str, str] | None = None,
    cache: str | None = None,
    asked: Mapping[str, str] | None = None,
) -> dict[str, str]:
    return object_headers(head(content_type=content_type, headers=headers), metadata="x-", cache=cache, overrides=asked or {})


class TestStoredHeaders:
    def test_what_was_stored_is_given_back(self) -> None:
        found = headers_of(headers=STORED)
        assert {name: found[name.title()] for name in STORED} == STORED

    def test_a_file_that_could_run_is_saved_whatever_was_stored(self) -> None:
        assert headers_of(headers=STORED, content_type="text/html")["Content-Disposition"] == 'attachment; filename="n.png"'

    def test_its_own_name_goes_before_its_key(self) -> None:
        found = object_headers(head("a/b", filename="Über uns.png"), metadata="x-")
        assert found["Content-Disposition"] == "attachment; filename=\"_ber uns.png\"; filename*=UTF-8''%C3%9Cber%20uns.png"

    @pytest.mark.parametrize(
        ("stored", "cache", "asked", "said"),
        [
            (None, None, None, "private, no-cache"),
            (None, IMMUTABLE, None, "private, max-age=31536000, immutable"),
            ("no-store", IMMUTABLE, None, "no-store"),
            ("no-store", None, "max-age=1", "max-age=1"),
            (None, IMMUTABLE, "max-age=1", "max-age=1"),
        ],
    )
    def test_who_says_most_of_caching(self, stored: str | None, cache: str | None, asked: str | None, said: str) -> None:
        found = headers_of(
            headers={"cache-control": stored} if stored else {}, cache=cache, asked={"Cache-Control": asked} if asked else {}
        )
        assert found["Cache-Control"] == said


class TestWhatIsUnmodified:
    def test_only_what_may_have_changed_is_said(self) -> None:
        found = unmodified_headers(headers_of(headers=STORED))
        assert set(found) == {"ETag", "Last-Modified", "Cache-Control", "Expires"}


class TestOverrides:
    def test_each_parameter_is_a_header(self) -> None:
        asked = {parameter: f"x{number}/y" for number, parameter in enumerate(OVERRIDING)} | {"versionId": "1"}
        assert set(overrides(asked).values()) == {f"x{number}/y" for number in range(6)}
        found = headers_of(headers=STORED, asked=overrides(asked | {"response-content-type": "audio/wav"}))
        assert found["Content-Type"] == "audio/wav"
        for parameter in asked.keys() & OVERRIDING.keys() - {"response-content-type"}:
            assert found[OVERRIDING[parameter]] == asked[parameter]

    def test_one_without_a_value_says_nothing(self) -> None:
        assert overrides({"response-content-type": ""}) == {}

    @pytest.mark.parametrize("value", ["a\r\nb", "\n", "\x00", "é", "\x7f", "x" * 1025])
    def test_what_no_answer_could_carry_is_refused_by_its_name(self, value: str) -> None:
        for parameter in OVERRIDING:
            with pytest.raises(InvalidScalar, match=f"parameter {parameter}"):
                overrides({parameter: value})

    @pytest.mark.parametrize(
        ("stored", "asked", "kind"),
        [
            ("image/png", {"response-content-disposition": "inline"}, "inline"),
            ("text/html", {"response-content-disposition": "inline"}, "attachment"),
            ("image/png", {"response-content-type": "text/html", "response-content-disposition": "inline"}, "attachment"),
            ("image/png", {"response-content-type": "text/html"}, "attachment; filename="),
            ("text/html", {"response-content-type": "text/plain"}, "inline; filename="),
            ("image/png", {"response-content-disposition": "attachment"}, "attachment"),
        ],
    )
    def test_an_answer_is_shown_by_the_type_that_it_has(self, stored: str, asked: Mapping[str, str], kind: str) -> None:
        found = headers_of(content_type=stored, asked=overrides(asked))
        assert found["Content-Disposition"].startswith(kind)
        assert SANDBOX.items() <= found.items()

    def test_a_download_is_saved_under_the_name_that_was_asked_for(self) -> None:
        found = headers_of(asked=save_as('a/é".png'))
        assert found["Content-Disposition"] == "attachment; filename=\"__.png\"; filename*=UTF-8''%C3%A9%22.png"
        assert save_as("") == {"Content-Disposition": "attachment"}

    def test_nothing_that_is_asked_for_makes_serving_unsafe(self) -> None:
        found = headers_of(asked={**dict.fromkeys(SANDBOX, "x"), "ETag": "x", "Accept-Ranges": "none"})
        assert SANDBOX.items() <= found.items()
        assert (found["ETag"] != "x", found["Accept-Ranges"]) == (True, "bytes")


class TestWhatNoDoorLetIn:
    @given(
        content_type=words,
        headers=st.dictionaries(st.sampled_from(list(STORED)) | words, words),
        metadata=st.dictionaries(words, words),
        filename=st.none() | words,
    )
    def test_nothing_that_is_stored_makes_a_header_that_cannot_be_sent(
        self, content_type: str, headers: Mapping[str, str], metadata: Mapping[str, str], filename: str | None
    ) -> None:
        stored = head(content_type=content_type, headers=headers, metadata=metadata, filename=filename)
        for name, value in object_headers(stored, metadata="x-").items():
            assert name.isascii()
            assert name.isprintable()
            assert not set(name) & set(' :"')
            assert not set(value) & {"\r", "\n", "\x00"}
            value.encode("utf-8")

    def test_a_header_that_is_none_of_those_is_not_given_back(self) -> None:
        found = headers_of(headers={"set-cookie": "a=b", "location": "/", "content-length": "1", "x-content-type-options": "x"})
        assert not {"Set-Cookie", "Location", "Content-Length"} & set(found)
        assert SANDBOX.items() <= found.items()

    def test_a_type_that_cannot_be_sent_is_no_type(self) -> None:
        found = headers_of(content_type="image/png\r\nSet-Cookie: a")
        assert found["Content-Type"] == "application/octet-stream"
        assert found["Content-Disposition"].startswith("attachment; ")
