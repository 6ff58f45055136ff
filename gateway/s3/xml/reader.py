"""Documents that clients send, read as if each were an attack: nothing is looked up, nothing grows beyond what was sent.

By expat and not by lxml: libxml2 keeps every name that it ever read until its thread ends, so that documents of made-up names
fill the memory of a server for good.
"""

from collections.abc import AsyncIterator, Mapping
from typing import NoReturn
from xml.parsers import expat

from buckets.errors import MalformedXml
from gateway.s3.xml.element import Element
from gateway.s3.xml.text import NAMESPACE

_NAMESPACES = ("", NAMESPACE)
_DEEPEST = 20
# The longest list that S3 knows has 10,000 parts of a few elements each.
_MOST_ELEMENTS = 1 << 16


async def read_document(body: AsyncIterator[bytes], *, root: str, most: int = 2 << 20) -> Element:
    """The root element of a body, of which no more than `most` bytes are kept. MalformedXml unless it is S3's and called `root`."""
    return _parse(await _read(body, most), root)


async def _read(body: AsyncIterator[bytes], most: int) -> str:
    raw = bytearray()
    async for piece in body:
        raw += piece
        if len(raw) > most:
            raise MalformedXml(f"it is larger than {most} bytes")
    return _text(raw)


def _text(raw: bytearray) -> str:
    """A NUL is how expat knows UTF-16, and nothing that may stand in a document."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedXml("it is not UTF-8") from error
    if "\0" in text:
        raise MalformedXml("it holds a NUL")
    return text


def _parse(raw: str, root: str) -> Element:
    """All at once: given piece by piece, expat would look at a long token again with each of them."""
    builder = _Builder(root)
    try:
        _parser(builder).Parse(raw, True)
    except expat.ExpatError as error:
        raise MalformedXml(f"it is not well-formed in line {error.lineno}") from error
    return builder.document


def _parser(builder: "_Builder") -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.XmlDeclHandler = builder.declaration
    parser.StartDoctypeDeclHandler = builder.document_type
    parser.StartElementHandler = builder.start
    parser.CharacterDataHandler = builder.characters
    parser.EndElementHandler = builder.end
    return parser


class _Open:
    """An element whose end was not read yet."""

    __slots__ = ("elements", "name", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.texts: list[str] = []
        self.elements: list[Element] = []

    def closed(self) -> Element:
        return Element(self.name, "".join(self.texts), self.elements)


class _Builder:
    """Told by the parser what it comes upon. What it raises ends the parsing at that place."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._open = [_Open("the document")]
        self._left = _MOST_ELEMENTS

    @property
    def document(self) -> Element:
        return self._open[0].elements[0]

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise MalformedXml("its encoding is not UTF-8")

    def document_type(self, *_declared: object) -> NoReturn:
        raise MalformedXml("it has a document type")

    def start(self, qualified: str, _attributes: Mapping[str, str]) -> None:
        namespace, _, name = qualified.rpartition(" ")
        if namespace not in _NAMESPACES:
            raise MalformedXml("it has an element of another namespace")
        if len(self._open) == 1 and name != self._root:
            raise MalformedXml(f"its root is not {self._root}")
        if len(self._open) > _DEEPEST:
            raise MalformedXml(f"it is nested deeper than {_DEEPEST} levels")
        self._left -= 1
        if self._left < 0:
            raise MalformedXml(f"it has more than {_MOST_ELEMENTS} elements")
        self._open.append(_Open(name))

    def characters(self, text: str) -> None:
        self._open[-1].texts.append(text)

    def end(self, _qualified: str) -> None:
        closed = self._open.pop().closed()
        self._open[-1].elements.append(closed)
