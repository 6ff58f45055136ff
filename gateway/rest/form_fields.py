"""The fields of a form with files: what they say of the files behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from buckets.errors import InvalidScalar, MalformedForm
from buckets.metadata import parse_metadata
from buckets.scalars import json_object
from buckets.tags import parse_tag_header, parse_tags
from gateway.rest.labels import Labels, parse_visibility
from gateway.wire.form import Part

NAMES = ("key", "metadata", "tags", "visibility")

_LONGEST = 64 << 10


@dataclass(slots=True)
class Fields:
    """A key is the next file's, and everything else holds for all files behind it. A field without a value says nothing."""

    labels: Labels
    key: str | None = None
    _unused: set[str] = field(default_factory=set)

    async def take(self, part: Part) -> None:
        """Each field once in front of a file."""
        name = part.name
        if name not in NAMES:
            raise InvalidScalar("The form", f"there is no field {name}")
        if name in self._unused:
            raise InvalidScalar(f"The field {name}", "it stands twice in front of a file")
        if text := await part.text(_LONGEST):
            self._unused.add(name)
            self._set(name, text)

    def use(self) -> str | None:
        """The key of the file that has come, if it was given one."""
        key, self.key = self.key, None
        self._unused.clear()
        return key

    def must_be_used(self) -> None:
        if self._unused:
            raise MalformedForm(f"the field {min(self._unused)} stands behind the last file")

    def _set(self, name: str, text: str) -> None:
        match name:
            case "key":
                self.key = text
            case "metadata":
                self.labels = replace(self.labels, metadata=parse_metadata(_texts(text, name).items()))
            case "tags":
                self.labels = replace(self.labels, tags=_tags(text, name))
            case _:
                self.labels = replace(self.labels, visibility=parse_visibility(text, name=f"The field {name}"))


def _tags(text: str, name: str) -> Mapping[str, str]:
    """As a JSON object, or like a query."""
    return parse_tags(_texts(text, name).items()) if text.lstrip().startswith("{") else parse_tag_header(text)


def _texts(text: str, field: str) -> Mapping[str, str]:
    members: Mapping[str, Any] = json_object(text.encode("utf-8"), name=f"The field {field}")
    if not all(isinstance(value, str) for value in members.values()):
        raise InvalidScalar(f"The field {field}", "its members are to be strings")
    return members
