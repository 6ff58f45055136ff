"""The tags of an object, within the limits that S3 sets.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

import unicodedata
from collections.abc import Iterable, Mapping

from buckets.errors import InvalidScalar, InvalidTag
from buckets.scalars import query_pairs

MOST = 10
LONGEST_KEY = 128
LONGEST_VALUE = 256

_PUNCTUATION = frozenset("+-=._:/@")


def parse_tags(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The tags, in their order; InvalidTag when one is not valid, stands twice, or is one too many."""
    tags: dict[str, str] = {}
    for key, value in pairs:
        if len(tags) == MOST:
            raise InvalidTag(f"there may be at most {MOST}")
        _must_be_valid(key, value)
        if key in tags:
            raise InvalidTag("a key stands twice")
        tags[key] = value
    return tags


def parse_tag_header(text: str) -> Mapping[str, str]:
    """Tags as a header holds them: written like a query, in which a plus sign is a space."""
    raw = text.encode("utf-8", "surrogatepass").replace(b"+", b"%20")
    try:
        return parse_tags(query_pairs(raw))
    except InvalidScalar as error:
        raise InvalidTag(error.reason) from error


def _must_be_valid(key: str, value: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidTag(f"a key takes 1 to {LONGEST_KEY} characters")
    if len(value) > LONGEST_VALUE:
        raise InvalidTag(f"a value takes up to {LONGEST_VALUE} characters")
    if not all(map(_may_stand, key + value)):
        raise InvalidTag("only letters, digits, spaces and + - = . _ : / @ are allowed")
    if key[:4].lower() == "aws:":
        raise InvalidTag("keys that begin with aws: are reserved")


def _may_stand(character: str) -> bool:
    """Letters, numbers and spaces of any script: what AWS calls L, N and Z."""
    return character in _PUNCTUATION or unicodedata.category(character)[0] in "LNZ"
