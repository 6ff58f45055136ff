"""Sockets, bound before anything else is started: a port that is taken is told in one line, and nothing has to be undone."""

import errno
import socket
from collections.abc import Sequence

from buckets.errors import BrokenSetting

_REASONS = {
    errno.EADDRINUSE: "another program listens there",
    errno.EACCES: "this user may not use that port",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound TCP socket that does not listen yet; port 0 takes a free one, `shared` lets other processes of ours bind it too."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BrokenSetting(f"{host!r} is not an address to listen on") from error
    wire = socket.socket(family, kind, protocol)
    try:
        _prepare(wire, shared=shared)
        wire.bind(address)
    except OSError as error:
        wire.close()
        raise BrokenSetting(f"Cannot listen on {_shown(host, port)}: {_REASONS.get(error.errno or 0, error.strerror)}") from error
    return wire


def bind_each(host: str, port: int, count: int) -> Sequence[socket.socket]:
    """So many sockets that share an address. Nobody else has it: the first is bound alone, and the others after it."""
    first = bind(host, port)
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    taken: int = first.getsockname()[1]
    return [first, *(bind(host, taken, shared=True) for _ in range(count - 1))]


def url_of(wire: socket.socket) -> str:
    """Where a bound socket is reached from this machine."""
    host, port = wire.getsockname()[:2]
    return f"http://{_shown({'0.0.0.0': '127.0.0.1', '::': '::1'}.get(host, host), port)}"  # noqa: S104  # nothing is bound here


def _prepare(wire: socket.socket, *, shared: bool) -> None:
    wire.setblocking(False)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
