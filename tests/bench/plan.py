"""How much is to be measured, and at which size."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line chose; the sizes are smaller only where the harness itself is tried."""

    store: str
    seconds: float = 2.0
    rounds: int = 5
    workers: int = 1
    connections: int = 32
    drivers: int = 2
    wrk: bool = True
    profile: bool = False
    small: int = 10_000
    middle: int = 1_000_000
    large: int = 256_000_000
    hot: int = 100
    cold: int = 5000
    names: tuple[int, ...] = (10_000, 1_000_000)
    pages: int = 100
    commits: int = 1024

    @property
    def warm_up(self) -> float:
        """Seconds before the first round that nobody counts: connections are opened, pools filled."""
        return self.seconds / 5
