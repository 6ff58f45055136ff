"""Who owns something, as S3 tells its clients."""

from dataclasses import dataclass

from gateway.s3.xml.text import element


@dataclass(frozen=True, slots=True)
class Person:
    """The canonical id of an account, and a name for people to read."""

    id: str
    name: str


def owner_element(owner: Person) -> str:
    return f"<Owner>{element('ID', owner.id)}{element('DisplayName', owner.name)}</Owner>"
