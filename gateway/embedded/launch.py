"""Starting programs that die with us, even when we die by `kill -9`."""

import os
import subprocess
import threading
from collections.abc import Sequence
from signal import Signals
from typing import IO

from gateway.embedded.identity import Identity, tool

# The death signal is lost when we die before it is asked for: whoever finds another parent by then does not start.
_UNLESS_ORPHANED = '[ "$PPID" = "$0" ] && exec "$@"'


def launch(
    command: Sequence[str], *, identity: Identity, death_signal: Signals, output: IO[bytes], inherit: int
) -> subprocess.Popen[bytes]:
    """Start a program as somebody, in its own session, with one descriptor of ours; the process id is the program's own.

    The kernel sends the death signal when the *thread* that spawned ends, hence the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("embedded servers are started from the main thread")
    # After the change of user, which would clear the death signal.
    mortal = [tool("setpriv"), "--pdeathsig", death_signal.name.removeprefix("SIG"), "--"]
    guarded = [tool("sh"), "-c", _UNLESS_ORPHANED, str(os.getpid())]
    return subprocess.Popen(  # noqa: S603 - our own words only
        [*identity.prefix, *mortal, *guarded, *command],
        user=identity.uid if identity.switched else None,
        group=identity.gid if identity.switched else None,
        extra_groups=[] if identity.switched else None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=[inherit],
        start_new_session=True,
        cwd="/",
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Nothing of ours: PGPORT or a locale would change what the servers do, and our secrets are not theirs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
