"""An element that was read. Whoever asks for its content says what it may be, and everything else is refused."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from buckets.errors import MalformedXml

_BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Element:
    """Its text is what stands in it outside of its child elements. Attributes have no meaning and are not kept."""

    name: str
    outer_text: str
    elements: "Sequence[Element]"

    def text(self) -> str:
        """Of an element that holds nothing but text."""
        if self.elements:
            raise MalformedXml(f"{self.name} holds elements where text was expected")
        return self.outer_text

    def children(self, *once: str, many: Collection[str] = ()) -> "Mapping[str, Sequence[Element]]":
        """Child elements by name, in their order; a list for each of the names, and no other may occur."""
        if self.outer_text.strip(_BLANKS):
            raise MalformedXml(f"{self.name} holds text where elements were expected")
        found: dict[str, list[Element]] = {name: [] for name in (*once, *many)}
        for child in self.elements:
            if child.name not in found:
                raise MalformedXml(f"{self.name} holds an element that does not belong there")
            if found[child.name] and child.name in once:
                raise MalformedXml(f"{child.name} stands twice in {self.name}")
            found[child.name].append(child)
        return found

    def texts(self, *names: str) -> Mapping[str, str]:
        """The texts of a record: of its fields, each at most once, those that are there."""
        return {name: fields[0].text() for name, fields in self.children(*names).items() if fields}
