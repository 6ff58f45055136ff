"""The lines that the benchmarks print."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A rate over several rounds, beside the rate of something plainer in the same rounds."""

    what: str
    rates: Sequence[float]
    beside: str = ""
    plain: Sequence[float] = ()

    def __str__(self) -> str:
        rate = statistics.median(self.rates)
        text = f"{self.what:48} {rate:10,.0f} /s"
        if not self.plain:
            return text
        ratio = statistics.median(ours / theirs for ours, theirs in zip(self.rates, self.plain, strict=True))
        return f"{text}   {ratio:5.2f} x {self.beside} ({statistics.median(self.plain):,.0f} /s)"
