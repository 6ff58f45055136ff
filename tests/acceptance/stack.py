"""`seawall up` as a process of its own, seen from outside: files, sockets and exit codes only."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0
SEAWALL = Path(sys.executable).with_name("seawall")


@dataclass
class Stack:
    """A stack that is up."""

    process: subprocess.Popen[str]
    endpoint: str
    ops: str
    access_key: str
    secret_key: str
    api_key: str
    region: str
    store: str

    def kill(self) -> None:
        """As the machine's memory killer would, without a chance to clean up."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def interrupt(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextmanager
def up(data: Path, *arguments: str) -> Iterator[Stack]:
    """Start on free ports, wait until it says that it is ready, and end it behind the block if it still runs."""
    ready = data.parent / f"{data.name}.ready.json"
    ready.unlink(missing_ok=True)
    process = start(data, "--ready-file", str(ready), *arguments)
    try:
        yield Stack(process=process, **json.loads(_awaited(ready, process)))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def start(data: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [str(SEAWALL), "up", "--exit-with-parent", "--data", str(data), "--port", "0", "--ops-port", "0", *arguments]
    return subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data.parent)


def refused(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end by itself."""
    command = [str(SEAWALL), "up", "--data", str(data), "--port", "0", "--ops-port", "0", *arguments]
    return subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE, check=False, cwd=data.parent)


def processes_in(data: Path) -> Sequence[int]:
    """Whoever still works in a data directory."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _works_in(entry, data)]


def wait_until_gone(pids: Sequence[int]) -> None:
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        with os.fdopen(handle):
            _poll(handle)


def _poll(handle: int) -> None:
    import select

    poll = select.poll()
    poll.register(handle, select.POLLIN)
    assert poll.poll(PATIENCE * 1000), "a server outlived its owner"


def _works_in(process: Path, data: Path) -> bool:
    try:
        command = (process / "cmdline").read_bytes()
        state = (process / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
        where = (process / "cwd").readlink()
    except OSError:
        return False
    return state != "Z" and (str(data).encode() in command or where.is_relative_to(data))


def _awaited(ready: Path, process: subprocess.Popen[str]) -> str:
    """The ready file is there whole or not at all, so looking for it is enough."""
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        assert process.poll() is None, f"the stack ended with {process.returncode}"
        assert time.monotonic() < deadline, "the stack did not become ready"
        time.sleep(0.01)
    return ready.read_text("ascii")
