"""The headers of a form and of its parts, as browsers, curl and others write them.

https://www.rfc-editor.org/rfc/rfc7578 and https://html.spec.whatwg.org/#multipart-form-data
"""

import re
from collections.abc import Mapping

from buckets.errors import InvalidScalar, MalformedForm
from buckets.scalars import percent_text

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTENT_TYPE = re.compile(r"[ -~]{1,256}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# Possessive: a quoted value that never ends costs no more than its length.
_PARAMETER = re.compile(r' *;(?: *([^\s=;"]+)=(?:"((?:[^"\\]++|\\.)*+)"|([^\s;"]*)))? *')
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_EXTENDED = re.compile(r"(?i:utf-8)'[^']*'(.*)")


def boundary_of(header: str) -> bytes:
    """The boundary that the header of a form's request names."""
    kind, named = parameters(header)
    if kind != "multipart/form-data":
        raise MalformedForm("its type must be multipart/form-data")
    if not _BOUNDARY.fullmatch(named.get("boundary", "")):
        raise MalformedForm("its type must name a boundary of 1 to 70 characters")
    return named["boundary"].encode("ascii")


def parse_headers(block: bytes, most: int) -> Mapping[str, str]:
    """Lines as `boundaries.py` gives them: each once, none folded."""
    try:
        lines = block.decode("utf-8").split("\r\n")[1:]
    except UnicodeDecodeError as error:
        raise MalformedForm("the headers of a part are not UTF-8") from error
    if len(lines) > most:
        raise MalformedForm(f"a part has more than {most} headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value) or name in headers:
            raise MalformedForm("a header of a part is malformed or stands twice")
        headers[name] = value
    return headers


def content_type(headers: Mapping[str, str]) -> str | None:
    text = headers.get("content-type", "")
    if text and not _CONTENT_TYPE.fullmatch(text):
        raise MalformedForm("the type of a part is not up to 256 printable ASCII characters")
    if text.lower().startswith("multipart/"):
        raise MalformedForm("a part is a form of its own")
    return text or None


def parameters(text: str) -> tuple[str, Mapping[str, str]]:
    """A header's value in lower case, and its parameters, the quoted ones as they stand between their quotes."""
    kind = text.partition(";")[0]
    found: dict[str, str] = {}
    at = len(kind)
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None or (match[1] or "").lower() in found:
            raise MalformedForm("the parameters of a header are malformed, or one stands twice")
        if match[1]:
            found[match[1].lower()] = match[3] if match[2] is None else match[2]
        at = match.end()
    return kind.strip().lower(), found


def word(given: Mapping[str, str], name: str) -> str | None:
    """A parameter in plain text; the extended notation counts where the plain one is missing."""
    extended = given.get(f"{name}*")
    text = _plain(given[name]) if name in given else None if extended is None else _extended(extended)
    if text is not None and _CONTROL.search(text):
        raise MalformedForm("a name holds a control character")
    return text


def _plain(text: str) -> str:
    """Browsers escape quotes and line ends by percent signs, and nothing else; others escape by backslashes."""
    text, pairs = _QUOTED_PAIR.subn(r"\1", text)
    return text if pairs else text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _extended(text: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc5987"""
    match = _EXTENDED.fullmatch(text)
    if match is None:
        raise MalformedForm("an extended name is not UTF-8")
    try:
        return percent_text(match[1].encode("utf-8"), name="A name")
    except InvalidScalar as error:
        raise MalformedForm(f"of an extended name, {error.reason}") from error
