"""Text and elements that any XML 1.0 parser reads back as they were.

https://www.w3.org/TR/xml/#charsets
"""

import re
from xml.sax.saxutils import escape

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Bare, the first would be read back as a line feed and the others as blanks by some.
_ENTITIES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def element(name: str, value: object) -> str:
    return f"<{name}>{text(str(value))}</{name}>"


def text(value: str) -> str:
    """Characters that XML cannot hold, which only refused input has, become U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", value), _ENTITIES)
