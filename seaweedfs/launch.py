"""A lone SeaweedFS for the embedded stack: what to run, over which files, and when it serves.

It only describes: who supervises starts the command, asks `answers` until it is true, and ends it with `stop_signal`. The program
is the `weed` that is installed; nothing is built or downloaded. It listens on 127.0.0.1 only, but there its master, volume server
and filer ask nobody for credentials: who can connect to this machine's loopback can read what it holds.
"""

import json
import os
import shutil
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from signal import SIGTERM, Signals
from typing import Any, ClassVar

from buckets.errors import BrokenSetting
from buckets.settings import Secret

_LOOPBACK = "127.0.0.1"
_DOORS = tuple(f"{server}.{door}" for server in ("master", "volume", "filer", "s3") for door in ("port", "port.grpc"))
_PORTS = range(20000, 32000)
"""Below those that the kernel gives to clients: what is free now is free at the next start, mostly."""

_SOCKETS = Path("/tmp")  # noqa: S108  # where SeaweedFS puts them, whatever it is told

_PATIENCE = 1.0
_VOLUME_MB = 1024


def find_weed() -> Path | None:
    """The `weed` on the PATH."""
    found = shutil.which("weed")
    return Path(found) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneWeed:
    """One process that is master, volume server, filer and S3 gateway over one directory."""

    name: ClassVar[str] = "weed"
    stop_signal: ClassVar[Signals] = SIGTERM
    stop_timeout: ClassVar[float] = 30.0
    """Seconds; it takes some twelve to end in good order, and loses nothing when it is killed."""

    directory: Path
    binary: Path
    entropy: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    def prepare(self) -> None:
        """Make the directory, the credentials and a choice of ports, for its owner's eyes only; what is there is kept."""
        for directory in (self.directory, self._data):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._identities.exists():
            _write_private(self._identities, _identities(self.entropy))
        if not (self._chosen.exists() and all(map(_is_free, self._ports().values()))):
            _write_private(self._chosen, _free_ports(self.entropy))

    @property
    def endpoint(self) -> str:
        return f"http://{_LOOPBACK}:{self._ports()['s3.port']}"

    @property
    def access_key(self) -> str:
        return str(self._pair()["accessKey"])

    @property
    def secret_key(self) -> Secret:
        return Secret(self._pair()["secretKey"])

    @property
    def master(self) -> str:
        """Where `weed shell` connects to."""
        return f"{_LOOPBACK}:{self._ports()['master.port']}.{self._ports()['master.port.grpc']}"

    def command(self) -> Sequence[str]:
        """The program and its arguments; it needs no environment."""
        ports = self._ports()
        return [
            str(self.binary),
            "server",
            f"-dir={self._data}",
            f"-ip={_LOOPBACK}",
            f"-ip.bind={_LOOPBACK}",
            *(f"-{door}={ports[door]}" for door in _DOORS),
            "-master.peers=none",
            "-master.telemetry=false",
            f"-master.volumeSizeLimitMB={_VOLUME_MB}",
            "-volume.max=0",
            "-volume.preStopSeconds=0",
            "-filer",
            "-s3",
            f"-s3.config={self._identities}",
            "-s3.autoCreateBucket=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]

    def answers(self) -> bool:
        """Whether clients are served, and there is a volume server to write to; it blocks for a moment."""
        with suppress(OSError, HTTPException, ValueError):
            self._asked("s3", "/healthz")
            return bool(json.loads(self._asked("master", "/dir/status"))["Topology"]["Max"])
        return False

    def tidy(self) -> None:
        """Remove what a `weed` that was killed leaves outside of the directory; only when none runs."""
        for port in self._ports().values():
            for leftover in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                leftover.unlink(missing_ok=True)

    def _asked(self, door: str, path: str) -> bytes:
        connection = HTTPConnection(_LOOPBACK, self._ports()[f"{door}.port"], timeout=_PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _identities(self) -> Path:
        return self.directory / "s3.json"

    @property
    def _chosen(self) -> Path:
        return self.directory / "ports.json"

    def _ports(self) -> Mapping[str, int]:
        return dict(_read(self._chosen))

    def _pair(self) -> Mapping[str, str]:
        return dict(_read(self._identities)["identities"][0]["credentials"][0])


def _identities(entropy: Callable[[int], bytes]) -> object:
    """One who may do everything: to make a bucket takes no less."""
    pair = {"accessKey": f"SEAWALL{entropy(8).hex().upper()}", "secretKey": entropy(24).hex()}
    return {"identities": [{"name": "seawall", "credentials": [pair], "actions": ["Admin"]}]}


def _free_ports(entropy: Callable[[int], bytes]) -> Mapping[str, int]:
    """Ports that nobody has, from a place on that another start does not choose too."""
    start = int.from_bytes(entropy(4), "big") % len(_PORTS)
    candidates = [*_PORTS[start:], *_PORTS[:start]]
    free = (port for port in candidates if _is_free(port))
    return dict(zip(_DOORS, free, strict=False))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended a moment ago are no obstacle
        try:
            listener.bind((_LOOPBACK, port))
        except OSError:
            return False
        return True


def _write_private(path: Path, document: object) -> None:
    """Whole or not at all, and at no moment for others to read."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def _read(path: Path) -> Any:  # noqa: ANN401  # JSON
    try:
        return json.loads(path.read_text("ascii"))
    except ValueError as error:
        raise BrokenSetting(f"{path} is damaged: {error}") from error
