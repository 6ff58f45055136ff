"""The doors of one SeaweedFS, and which of them to try first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from buckets.errors import BrokenSetting
from buckets.ports import Clock
from seaweedfs.gate import Gate

_ASIDE = 5.0
"""Seconds that a door which failed is tried last."""


@dataclass(eq=False, slots=True)
class Endpoint:
    """One door, how many may use it at a time, and whether it failed a moment ago."""

    url: str
    gate: Gate
    host: str = field(init=False)
    aside_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.host = urlsplit(self.url).netloc


class Endpoints:
    """Doors that lead to the same objects. Their health is known from their use: one that fails is put aside for a while."""

    def __init__(self, endpoints: Sequence[Endpoint], clock: Clock) -> None:
        self.all = tuple(endpoints)
        self._clock = clock
        self._turn = 0

    def in_turn(self) -> Sequence[Endpoint]:
        """All of them in the order to try: the healthy by turns, then those put aside, whose time is up soonest first."""
        if len(self.all) == 1:
            return self.all
        self._turn = (self._turn + 1) % len(self.all)
        now = self._clock.monotonic()
        turned = self.all[self._turn :] + self.all[: self._turn]
        return sorted(turned, key=lambda endpoint: max(endpoint.aside_until - now, 0.0))

    def failed(self, endpoint: Endpoint) -> None:
        endpoint.aside_until = self._clock.monotonic() + _ASIDE

    def answered(self, endpoint: Endpoint) -> None:
        endpoint.aside_until = 0.0


def parse_urls(text: str) -> Sequence[str]:
    """The addresses in a setting, apart by commas: a scheme, a host and perhaps a port, nothing more."""
    urls = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
    for url in urls:
        if not _is_address(url):
            raise BrokenSetting("store.endpoints holds something that is not an address like http://127.0.0.1:8333")
    if not urls:
        raise BrokenSetting("store.endpoints is empty: SeaweedFS's S3 gateway has an address like http://127.0.0.1:8333")
    return urls


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        return False
    return bool(known) and parts.username is None and url == f"{parts.scheme}://{parts.netloc}"
