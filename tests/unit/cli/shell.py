"""The command line as somebody types it: in a directory of its own, on pipes or on a terminal."""

import json
import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.request import Request, urlopen

from tests.acceptance.stack import PATIENCE, SEAWALL, Stack


class Shell:
    """A directory, an environment, and whatever was said in it, in which the key may never stand."""

    def __init__(self, directory: Path, stack: Stack, endpoint: str = "") -> None:
        self.directory = directory
        self.key = stack.api_key
        self.variables = {**os.environ, "SEAWALL_ENDPOINT": endpoint or stack.endpoint, "SEAWALL_API_KEY": stack.api_key}

    def __call__(
        self, *arguments: str, sent: bytes = b"", variables: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [str(SEAWALL), *arguments],
            input=sent,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            cwd=self.directory,
            env={**self.variables, **variables},
        )
        assert self.key.encode() not in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    def works(self, *arguments: str, sent: bytes = b"") -> str:
        done = self(*arguments, sent=sent)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    def tells(self, *arguments: str) -> Any:
        """The one document that is printed."""
        [line] = self.works(*arguments, "--json").splitlines()
        return json.loads(line)

    def lists(self, *arguments: str) -> Sequence[Mapping[str, Any]]:
        return [json.loads(line) for line in self.works(*arguments, "--json").splitlines()]

    def fails(self, code: int, *arguments: str, **variables: str) -> str:
        """The one line that says why."""
        done = self(*arguments, variables=variables)
        [line] = done.stderr.decode().splitlines()
        assert (done.returncode, done.stdout) == (code, b""), line
        assert line.startswith("seawall: ")
        return line

    def send(self, path: str, content: bytes) -> None:
        """Past the command line."""
        url, headers = f"{self.variables['SEAWALL_ENDPOINT']}/v1/objects/{path}", {"Authorization": f"Bearer {self.key}"}
        with urlopen(Request(url, data=content, method="PUT", headers=headers), timeout=PATIENCE) as answer:
            assert answer.status == 201

    def begins(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(SEAWALL), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.directory, env=self.variables)

    def file(self, name: str, content: bytes) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @property
    def files(self) -> Mapping[str, bytes]:
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in self.directory.rglob("*") if path.is_file()}


def typed(shell: Shell, keys: bytes, *arguments: str) -> tuple[int, bytes]:
    """A command on a terminal: its end, and all that was shown."""
    process, terminal = pty.fork()
    if not process:
        os.chdir(shell.directory)
        os.execve(SEAWALL, [str(SEAWALL), *arguments], {**shell.variables, "TERM": "xterm-256color"})
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        screen.write(keys)
        shown = b"".join(iter(lambda: _shown(screen.fileno()), b""))
    assert shell.key.encode() not in shown
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown


def _shown(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # what Linux says when the other side has left
        return b""
