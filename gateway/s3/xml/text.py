"""Text, elements and documents that any XML 1.0 parser reads back as they were.

https://www.w3.org/TR/xml/#charsets
"""

import re
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(f"[&<>\t\n\r]|{_NOT_XML.pattern}")
# Bare, the first would be read back as a line feed and the others as blanks by some.
_ENTITIES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def document(root: str, content: str) -> bytes:
    """A whole document, its content written already."""
    return f'{DECLARATION}<{root} xmlns="{NAMESPACE}">{content}</{root}>'.encode()


def element(name: str, value: object) -> str:
    return f"<{name}>{text(str(value))}</{name}>"


def optional(name: str, value: object | None) -> str:
    """An element that is not there without a value."""
    return "" if value is None else element(name, value)


def text(value: str) -> str:
    """Characters that XML cannot hold, which only refused input has, become U+FFFD."""
    if not _SPECIAL.search(value):  # nearly all keys; a list holds a thousand
        return value
    return escape(_NOT_XML.sub("\ufffd", value), _ENTITIES)
