"""What a token says, judged: from whom, for whom, and whether now is its time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from buckets.errors import NotAuthenticated

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say. `user_claim` names the claim that names the user; clocks may be `leeway` seconds apart."""

    issuer: str
    audience: str
    user_claim: str = "sub"
    leeway: float = 30.0


def subject(claims: Mapping[str, Any], expected: Expected, now: datetime) -> str:
    """Whom the token speaks of, by the issuer's name for them; NotAuthenticated when it is not for us, or not now."""
    _must_be_ours(claims, expected)
    _must_be_timely(claims, expected.leeway, now.timestamp())
    named = claims.get(expected.user_claim)
    if not isinstance(named, str) or not 0 < len(named.encode()) <= _LONGEST_NAME:
        raise NotAuthenticated("the token names no user")
    return named


def _must_be_ours(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise NotAuthenticated("the token is of another issuer")
    audience = claims.get("aud")
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise NotAuthenticated("the token is for another audience")


def _must_be_timely(claims: Mapping[str, Any], leeway: float, now: float) -> None:
    """A token without an end is none; one that begins, or was issued, later than now is not good yet."""
    end = _moment(claims, "exp")
    if end is None:
        raise NotAuthenticated("the token has no end")
    if now >= end + leeway:
        raise NotAuthenticated("the token has expired")
    if any((moment := _moment(claims, name)) is not None and moment > now + leeway for name in ("nbf", "iat")):
        raise NotAuthenticated("the token is not valid yet")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    """Seconds since 1970. `true` is a number to Python, and no time."""
    if name not in claims:
        return None
    moment = claims[name]
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise NotAuthenticated(f"the {name} of the token is no time")
    return moment
