"""Which functions the gateways spent their time in."""

import pstats
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

_TOP = 40
_SUFFIX = ".profile"


def arguments(scratch: Path, name: str) -> Sequence[str]:
    """What makes Python note them; they are written when the process ends in good order."""
    return ["-m", "cProfile", "-o", str(scratch / f"{name}{_SUFFIX}")]


def top(scratch: Path) -> Sequence[str]:
    """A page for each process, those first that took the most time of their own."""
    return [line for file in sorted(scratch.glob(f"*{_SUFFIX}")) for line in [f"{file.stem}:", *_page(file)]]


def _page(file: Path) -> Sequence[str]:
    page = StringIO()
    pstats.Stats(str(file), stream=page).strip_dirs().sort_stats("tottime").print_stats(_TOP)
    return page.getvalue().splitlines()
