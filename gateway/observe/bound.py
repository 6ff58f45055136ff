"""Labels whose values somebody else chooses, kept from filling the memory of whoever counts them."""

from collections.abc import Collection

OTHER = "other"


class Bound:
    """Lets the first values of a label pass; all that come later are one. What is known already has passed before."""

    def __init__(self, most: int, known: Collection[str] = ()) -> None:
        self._most = most
        self._known = set(known) - {OTHER}

    def __call__(self, value: str) -> str:
        if value in self._known:
            return value
        if value == OTHER or len(self._known) >= self._most:
            return OTHER
        self._known.add(value)
        return value
