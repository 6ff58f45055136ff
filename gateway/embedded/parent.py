"""Ending with whoever started us: a `make up` whose terminal is gone leaves nothing running."""

import ctypes
import os
import sys
from signal import SIGTERM

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int | None = None) -> None:
    """Ask the kernel for a SIGTERM when the parent dies. Where it is known who that is, we also end if it has died already."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if parent is not None and os.getppid() != parent:
        sys.exit(f"the parent {parent} has ended meanwhile")
