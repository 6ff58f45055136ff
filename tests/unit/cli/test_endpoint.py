"""Where the service is, and that the key is never shown."""

import pytest

from gateway.cli.client.endpoint import Endpoint
from gateway.cli.client.errors import Exit, Failure


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://files.example.org/", "https://files.example.org"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("https://example.org/storage/", "https://example.org/storage"),
    ],
)
def test_an_address_is_taken(url: str, kept: str) -> None:
    assert Endpoint.given(url, "sw_key").url == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files.example.org",
        "ftp://a",
        "http://",
        "http://user:secret@a",
        "http://a?b=secret",
        "http://a#secret",
        "http://a:99999",
        "http://a:0",
        "http://[::1",
        "http://a b",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Failure) as caught:
        Endpoint.given(url, "sw_key")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", [None, "", "two words", "line\nline", "é"])
def test_what_is_no_key_is_refused(key: str | None) -> None:
    with pytest.raises(Failure) as caught:
        Endpoint.given("http://a", key)
    assert caught.value.exit_code is Exit.REFUSED
    assert not key or key not in str(caught.value)


def test_the_key_is_not_shown() -> None:
    endpoint = Endpoint.given("http://a", "sw_secret")
    assert "sw_secret" not in repr(endpoint)
    assert endpoint.without_key("Bearer sw_secret?") == "Bearer (redacted)?"
