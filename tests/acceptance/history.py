"""What a name may answer while it is written: never less than what was acknowledged or seen before, never what nobody wrote."""

import hashlib
import re
from dataclasses import dataclass, field

_TITLE = re.compile(rb"\S+ (\d+)\n")
_SIZES = (0, 40, 5_000, 10_000, 20_000) * 4 + (70_000, 300_000)


@dataclass
class History:
    """The operations of the one writer of a key, numbered from 1 on; some are deletes. At 0 there is nothing yet."""

    key: str
    begun: int = 0
    ended: int = 0
    seen: int = 0
    reads: int = 0
    _deletes: set[int] = field(default_factory=lambda: {0})

    def begin(self, *, delete: bool = False) -> int:
        self.begun += 1
        if delete:
            self._deletes.add(self.begun)
        return self.begun

    def acknowledge(self) -> None:
        self.ended = self.begun

    @property
    def floor(self) -> int:
        """What a reader who begins now must see at least."""
        return max(self.ended, self.seen)

    @property
    def listing(self) -> dict[str, str]:
        """What a list of the name shows after the last operation, while none is under way."""
        if self.ended in self._deletes:
            return {}
        return {self.key: hashlib.md5(self.body(self.ended), usedforsecurity=False).hexdigest()}

    def body(self, number: int) -> bytes:
        """It says what it is, and holds nothing that another one holds."""
        title = f"{self.key} {number}\n".encode()
        return title + hashlib.shake_256(title).digest(_SIZES[number % len(_SIZES)])

    def saw_nothing(self, floor: int) -> None:
        """A reader who began at that floor found no object: some delete since then must account for it."""
        gone = [number for number in range(floor, self.begun + 1) if number in self._deletes]
        assert gone, f"{self.key} was missing although {floor} to {self.begun} are none of them deletes"
        self._note(gone[0])

    def saw(self, floor: int, body: bytes, etag: str) -> None:
        """A reader who began at that floor found this."""
        title = _TITLE.match(body)
        assert title, f"{self.key} holds what nobody wrote"
        number = int(title[1])
        assert body == self.body(number), f"{self.key} was mixed up at {number}"
        assert etag == f'"{hashlib.md5(body).hexdigest()}"', f"{self.key} has another ETag than its bytes at {number}"
        assert floor <= number <= self.begun, f"{self.key} was {number}, with {floor} to {self.begun} possible"
        assert number not in self._deletes
        self._note(number)

    def _note(self, number: int) -> None:
        self.seen = max(self.seen, number)
        self.reads += 1
