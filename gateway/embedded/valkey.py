"""Valkey as a child process, reachable over a socket in a private directory."""

import socket
from collections.abc import Sequence
from pathlib import Path
from signal import SIGTERM
from urllib.parse import quote

from gateway.embedded.binaries import find_valkey
from gateway.embedded.identity import ourselves
from gateway.embedded.layout import DataDirectory
from gateway.embedded.server import EmbeddedServer

_PATIENCE = 0.2


class ValkeyServer(EmbeddedServer):
    """A Valkey server that keeps an append-only file; a torn end of it is dropped at the start."""

    name = "valkey"
    stop_signal = SIGTERM

    def __init__(self, directory: DataDirectory, *, binary: Path | None = None) -> None:
        super().__init__(directory, ourselves())
        self._binary = binary or find_valkey()

    @property
    def url(self) -> str:
        """How a client connects."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def _socket(self) -> Path:
        return self.directory.run / "valkey.sock"

    def _prepare(self) -> None:
        self.directory.valkey.mkdir(mode=0o700, exist_ok=True)
        self.identity.adopt(self.directory.valkey)

    def _command(self) -> Sequence[str]:
        door = ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        files = ["--dir", str(self.directory.valkey), "--appendonly", "yes", "--aof-load-truncated", "yes", "--save", ""]
        return [str(self._binary), *door, *files]

    def _advice(self) -> str:
        return f"{super()._advice()}; if its files are damaged, remove {self.directory.valkey}: all in it can be rebuilt"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False
