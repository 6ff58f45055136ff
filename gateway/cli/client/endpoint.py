"""Where the service is, and the key that opens it."""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, urlsplit

from gateway.cli.client.errors import Exit, Failure

DEFAULT = "http://127.0.0.1:9000"

_KEY = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._:%-]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Everything that a request is sent to and with. The key is never shown."""

    url: str
    key: str = field(repr=False)

    @classmethod
    def given(cls, url: str, key: str | None) -> Self:
        """Neither what is no address nor what is no key is repeated in the refusal: each might be a secret in the wrong place."""
        if not key:
            raise Failure("There is no API key: set SEAWALL_API_KEY, or say --api-key.", Exit.REFUSED)
        if not _KEY.fullmatch(key):
            raise Failure("The API key holds characters that no key has.", Exit.REFUSED)
        return cls(_address(url), key)

    def without_key(self, text: str) -> str:
        return text.replace(self.key, "(redacted)")


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = _is_address(parts)
    except ValueError:
        valid = False
    if not valid:
        raise Failure("The endpoint must be an address like http://127.0.0.1:9000, without a user, a query or a fragment.")
    return url.rstrip("/")


def _is_address(parts: SplitResult) -> bool:
    spare = parts.query or parts.fragment or parts.username is not None or not parts.path.isascii()
    return parts.scheme in ("http", "https") and bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0 and not spare
