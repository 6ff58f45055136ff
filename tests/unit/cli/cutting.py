"""A proxy on loopback that ends or stops connections in the middle, and remembers the requests that passed."""

import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import urlsplit

_BLOCK = 64 << 10
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of a connection after so many bytes of its answers, or of its requests: it is cut, or held and silent."""

    answer: int | None = None
    request: int | None = None
    held: bool = False


@dataclass
class CuttingProxy:
    """Each connection takes the next fate; when there is none left, everything passes."""

    upstream: tuple[str, int]
    fates: deque[Fate]
    port: int
    requests: list[bytes] = field(default_factory=list)
    """The heads of requests, in the order of their arrival."""
    stopped: Event = field(default_factory=Event)
    """Set when a connection is held."""
    _links: list["_Link"] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = listener.accept()
                link = _Link(client, socket.create_connection(self.upstream), self.fates.popleft() if self.fates else Fate())
                self._links.append(link)
                link.start(self)

    def end(self) -> None:
        for link in self._links:
            link.end()


@dataclass
class _Link:
    client: socket.socket
    server: socket.socket
    fate: Fate
    over: Event = field(default_factory=Event)
    threads: list[Thread] = field(default_factory=list)

    def start(self, proxy: CuttingProxy) -> None:
        self.threads = [Thread(target=self._requests, args=(proxy,)), Thread(target=self._answers, args=(proxy,))]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self._cut()
        for thread in self.threads:
            thread.join()
        self.client.close()
        self.server.close()

    def _requests(self, proxy: CuttingProxy) -> None:
        def look(block: bytes) -> None:
            if block.split(b" ", 1)[0] in (b"GET", b"PUT", b"POST", b"DELETE"):
                proxy.requests.append(block.partition(b"\r\n\r\n")[0])

        self._pass(self.client, self.server, self.fate.request, proxy, look)

    def _answers(self, proxy: CuttingProxy) -> None:
        self._pass(self.server, self.client, self.fate.answer, proxy, lambda _: None)

    def _pass(
        self, source: socket.socket, target: socket.socket, limit: int | None, proxy: CuttingProxy, look: Callable[[bytes], None]
    ) -> None:
        left = limit
        with suppress(OSError):
            while left != 0 and (block := source.recv(_BLOCK if left is None else min(_BLOCK, left))):
                look(block)
                target.sendall(block)
                left = None if left is None else left - len(block)
        if left == 0 and self.fate.held:
            proxy.stopped.set()
            self.over.wait()
        self._cut()

    def _cut(self) -> None:
        """Both ends learn of it at once, and nobody takes what came so far for the whole."""
        self.over.set()
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(endpoint: str, *fates: Fate) -> Iterator[CuttingProxy]:
    """In front of a service, for as long as the block lasts."""
    parts = urlsplit(endpoint)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy((parts.hostname or "", parts.port or 0), deque(fates), listener.getsockname()[1])
        server = Thread(target=proxy.serve, args=(listener,))
        server.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.join()
            proxy.end()
