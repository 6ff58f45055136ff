"""One request and what is known of it before anybody looks at what it asks for."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from aiohttp import hdrs, web

from buckets.errors import InvalidScalar, StorageError
from buckets.model.read import Read
from buckets.names import BucketName
from buckets.ports import Clock
from gateway.edge.body import Patience, ReceivedBody

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""The id of the request that is being answered, for whoever writes a log line meanwhile."""

_LONGEST_AGENT = 256


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A request on its way to an answer. `marks` are headers that every answer to it bears, `sent` counts the bytes of its body."""

    request: web.BaseRequest
    id: str
    clock: Clock
    patience: Patience
    marks: Mapping[str, str] = field(default_factory=dict)
    operation: str = field(default="", init=False)
    """What the request turned out to ask for, set by the front that found out."""
    bucket: str = field(default="", init=False)
    """The first that was found for it: where something is copied to, not where from. A name that leads nowhere is none."""
    tier: str = field(default="", init=False)
    """Of the caller's account, once it is known who is asking."""
    read: Read | None = field(default=None, init=False, repr=False)
    """What it wants to read, if that is an object."""
    fault: StorageError | None = field(default=None, init=False)
    """Why it was not carried out, or broke off."""
    sent: int = field(default=0, init=False)
    _body: ReceivedBody | None = field(default=None, init=False, repr=False)

    def found(self, bucket: BucketName) -> None:
        self.bucket = self.bucket or bucket

    def reads(self, read: Read) -> None:
        self.read = self.read or read

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def address(self) -> str:
        """Of the peer itself; what it says of others in its headers is not believed."""
        return self.request.remote or ""

    @property
    def agent(self) -> str:
        sent = self.request.headers.get("User-Agent", "")
        return sent[:_LONGEST_AGENT].encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    @property
    def begun(self) -> bool:
        """Whether a status line has left, so that no other answer can be given any more."""
        return self.request.writer.output_size > 0

    @property
    def is_last(self) -> bool:
        """Whether what follows on the connection is no request: body bytes are still to come, or it is taken for an upgrade."""
        content = self.request.content
        upgraded = self.request.headers.get(hdrs.UPGRADE, "websocket").lower() != "websocket"  # which aiohttp waits for itself
        return upgraded or not content.is_eof() or content.exception() is not None

    def header(self, name: str) -> str | None:
        """The value of a header that may stand once."""
        values = self.request.headers.getall(name, [])
        if len(values) > 1:
            raise InvalidScalar(f"The header {name}", "it stands twice")
        return values[0] if values else None

    @property
    def body(self) -> ReceivedBody:
        if self._body is None:
            self._body = ReceivedBody(self.request, clock=self.clock, patience=self.patience)
        return self._body

    @property
    def received(self) -> int:
        return self._body.received if self._body else 0
