"""The words in which a room writes down its settings.

A section is a frozen slotted dataclass in `<room>/settings.py`. The type of a field decides how its text is read: `str`, `bool`,
`int`, `float`, `Path`, an enum of strings or `Secret`. What a type cannot say stands in the metadata, by `setting(…)`. The gateway
reads, checks and documents every section from that alone.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a number counts; of a `Secret`, its length."""

    NONE = ""
    SECONDS = "seconds"
    BYTES = "bytes"
    CHARACTERS = "characters"


class Secret:
    """A text that shows itself to `reveal` only: no repr, message, log line or copy of a section as a dict holds it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def matches(self, candidate: str) -> bool:
        """Whether they are equal, in a time that does not tell how nearly."""
        return hmac.compare_digest(self._text.encode("utf-8", "surrogatepass"), candidate.encode("utf-8", "surrogatepass"))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return self.matches(other.reveal()) if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "(secret)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of a setting beside its type and default; both bounds are allowed values."""

    sentence: str
    unit: Unit = Unit.NONE
    least: float = 0
    most: float = 1 << 53


def setting(sentence: str, *, unit: Unit = Unit.NONE, least: float = 0, most: float = 1 << 53) -> Mapping[str, Setting]:
    """The metadata of a dataclass field: `field(default=…, metadata=setting("The sentence for the operator."))`."""
    return {"setting": Setting(sentence=sentence, unit=unit, least=least, most=most)}
