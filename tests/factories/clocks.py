"""A clock that is wrong."""

from datetime import datetime, timedelta

from gateway.system import SystemClock


class WrongClock(SystemClock):
    """Goes as fast as the right one, and ahead of it by so much."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead
