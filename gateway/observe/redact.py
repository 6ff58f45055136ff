"""What must never stand in a log, taken out: by the name of a field, or by its shape within a text."""

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "(redacted)"

_FIELDS = re.compile(
    r"(.*_)?(authorization|cookie|signature|token|ticket|secret|password|passwd|dsn|(api|secret|secret_access|seal)_key)"
)
_PARAMETERS = (
    "X-Amz-Signature|X-Amz-Security-Token|Signature|AWSSecretAccessKey|(?:aws_)?secret(?:_access)?(?:_key)?|(?:access_|refresh_)?token"
    "|api_?key|password|passwd|ticket"
)
_SHAPES = (
    re.compile(rf"(?i)((?<![a-z0-9])(?:{_PARAMETERS})[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;]+"),
    re.compile(r"(?i)((?<![a-z0-9])(?:proxy-)?authorization[\"']?\s*[=:]\s*)[^\r\n]+"),
    re.compile(r"(?i)((?<![a-z0-9])(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"),
    re.compile(r"(://[^\s/:@]*:)[^\s@]{1,256}(?=@)"),
)
# What any of the names and shapes above contains, in small letters.
_MARKS = (
    *("://", "authorization", "bearer", "basic", "cookie", "signature", "token", "ticket", "secret", "passw", "dsn"),
    *("api_key", "api-key", "apikey", "seal_key", "seal-key"),
)


def is_suspicious(text: str) -> bool:
    """Whether there may be something to take out. A search for shapes costs more than the rest of a line; few lines need it."""
    text = text.lower()
    return any(mark in text for mark in _MARKS)


def redact(value: Any) -> Any:  # noqa: ANN401  # whatever was logged
    """The same value without secrets, however deep they stand."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: REDACTED if is_secret(str(key)) else redact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redact(each) for each in value]
    return value if value is None or isinstance(value, int | float) else redact(plain(value))


def plain(value: object) -> object:
    """As text what is no JSON: an id, a path, bytes; as a list what is a set."""
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def is_secret(name: str) -> bool:
    return bool(_FIELDS.fullmatch(name.lower().replace("-", "_")))


def redact_text(text: str) -> str:
    for shape in _SHAPES:
        text = shape.sub(rf"\1{REDACTED}", text)
    return text
