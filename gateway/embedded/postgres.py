"""PostgreSQL as a child process, reachable over a socket in a private directory."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGINT
from typing import ClassVar
from urllib.parse import quote

from gateway.embedded import cluster
from gateway.embedded.binaries import PostgresBinaries, find_postgres, within_reach
from gateway.embedded.identity import Identity, unprivileged
from gateway.embedded.layout import DataDirectory
from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import load_or_create
from gateway.embedded.server import EmbeddedServer

_PORT = 5432
_STATUS_LINE = 7
# Errors of statements are told to their clients; the log keeps what concerns the server, and never a statement's text.
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


class PostgresServer(EmbeddedServer):
    """A PostgreSQL server with a cluster of its own, made at the first start."""

    name = "postgres"
    stop_signal = SIGINT  # fast: ends the sessions, writes a checkpoint
    owner: ClassVar[str] = "seawall_owner"

    def __init__(
        self,
        directory: DataDirectory,
        *,
        binaries: PostgresBinaries | None = None,
        identity: Identity | None = None,
        max_connections: int = 100,
        extra_settings: Mapping[str, str] | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        super().__init__(directory, identity or unprivileged())
        self._binaries = binaries or find_postgres()
        self._settings = {**_SETTINGS, "max_connections": str(max_connections), **(extra_settings or {})}
        self._entropy = entropy

    @property
    def host(self) -> str:
        """The directory of the socket, which drivers take for a host."""
        return str(self.directory.run)

    @property
    def owner_password(self) -> str:
        """The superuser's password; from the first start on."""
        return self._password_file.read_text("ascii")

    def dsn(self, database: str, user: str, password: str) -> str:
        """How a driver connects. The port only names the socket; it is there because drivers would take it from the environment."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"postgresql://{who}@/{quote(database, safe='')}?host={quote(self.host, safe='/')}&port={_PORT}"

    def spawn(self) -> None:
        cluster.remove_stale(self.directory.postgres, self.directory.run)
        super().spawn()

    @property
    def _password_file(self) -> Path:
        return self.directory.secrets / "postgres-owner"

    def _prepare(self) -> None:
        data = self.directory.postgres
        cluster.remove_scratch(self.directory.root)
        self.identity.let_in(self.directory.root, 0o010)
        self.identity.let_in(self.directory.run, 0o070)
        self._binaries = within_reach(self._binaries, self.identity, self.directory.programs)
        if not cluster.exists(data):
            self._create()
        cluster.check_major(data, self._binaries.major)
        self.identity.adopt(data)
        if not self._password_file.exists():
            raise StartupProblem(f"{self._password_file} is missing, but the cluster it opens is there: restore it from a backup.")

    def _create(self) -> None:
        password = load_or_create(self._password_file, entropy=self._entropy)
        cluster.create(self.directory, self.identity, password, self._initdb)

    def _initdb(self, data: Path, password: Path) -> None:
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        places = [f"--pgdata={data}", f"--pwfile={password}", f"--username={self.owner}"]
        haste = ["--no-sync"] if self._settings.get("fsync") == "off" else []
        child = self._launch([self._binaries.program("initdb"), *options, *places, *haste])
        try:
            status = child.wait(self.start_timeout)
        except subprocess.TimeoutExpired as error:
            raise StartupProblem(self._too_slow()) from error
        finally:
            child.kill()
            child.wait()
        if status != 0:
            raise StartupProblem(f"The PostgreSQL cluster could not be made: {self._log.last_word()} (see {self._log.path})")

    def _command(self) -> Sequence[str]:
        places = ["-D", str(self.directory.postgres), "-k", self.host, "-p", str(_PORT)]
        settings = (argument for name, value in self._settings.items() for argument in ("-c", f"{name}={value}"))
        return [self._binaries.program("postgres"), *places, *settings]

    def _answers(self) -> bool:
        lines = cluster.pid_file(self.directory.postgres)
        return lines[:1] == [str(self.pid)] and lines[_STATUS_LINE:] == ["ready"]
