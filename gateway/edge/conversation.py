"""What happens to every request, in which order.

1. A front is chosen by the path, and the request gets its id: everything below can be told apart in a log.
2. Account: whatever becomes of the request, a line and a count say so; what is below cannot escape it.
3. Translate: errors become answers, in the front's own words. Below, everybody raises; above, nobody sees an error.
4. Framing: a message whose end is doubtful is refused before anybody believes a word of it.
5. The front answers: it authenticates, authorises and does what was asked for.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web

from buckets.errors import (
    Busy,
    ClientFault,
    HeadersTooLarge,
    MalformedMessage,
    StorageError,
    Unforeseen,
    VersionNotSupported,
)
from buckets.model.audit import Result
from buckets.model.read import End, Read
from buckets.ports import Clock, Ids, Meter
from gateway.edge.body import Patience
from gateway.edge.exchange import REQUEST_ID, Exchange
from gateway.edge.respond import reset

_log = logging.getLogger(__name__)
_RESULTS = {"2": Result.DONE, "3": Result.DONE, "4": Result.REFUSED}
"""By what a status begins with."""
_FRAMING = (MalformedMessage, HeadersTooLarge, VersionNotSupported)


class Front(Protocol):
    """One of the languages that are spoken on the data listener."""

    name: str

    def marks(self, request_id: str) -> Mapping[str, str]:
        """Headers that every answer of this front bears."""

    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        """Do what is asked for; raises what stands in the way."""

    def refuse(self, exchange: Exchange, error: StorageError, *, last: bool = False) -> web.Response:
        """An error in the words of this front; after the last answer the connection is closed."""


class Access(Protocol):
    """Writes the one line of a request."""

    def __call__(
        self,
        *,
        method: str,
        path: str,
        status: str,
        seconds: float,
        received: int,
        sent: int,
        surface: str,
        operation: str,
        address: str,
        agent: str,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The handler of the data listener."""

    front_of: Callable[[str], Front]
    ids: Ids
    clock: Clock
    meter: Meter
    access: Access
    note: Callable[[Read], None]
    """Told of each read that goes on record, at its end."""
    patience: Patience = field(default_factory=Patience)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        front = self.front_of(request.raw_path)
        exchange = self._exchange(front, request)
        begun = self.clock.monotonic()
        status = "reset"
        try:
            response = await self._answer(front, exchange)
            status = str(response.status)
            return response
        finally:
            self._account(front, exchange, status, self.clock.monotonic() - begun)

    def refuse(self, request: web.BaseRequest, error: StorageError) -> web.Response:
        """Answer what could not even be read as a request."""
        front = self.front_of(request.raw_path)
        exchange = self._exchange(front, request)
        response = front.refuse(exchange, error, last=True)
        self._account(front, exchange, str(response.status), 0.0)
        return response

    def _exchange(self, front: Front, request: web.BaseRequest) -> Exchange:
        request_id = self.ids.secret(8).hex().upper()
        REQUEST_ID.set(request_id)
        marks = {"Server": "Seawall", **front.marks(request_id)}
        return Exchange(request=request, id=request_id, clock=self.clock, patience=self.patience, marks=marks)

    async def _answer(self, front: Front, exchange: Exchange) -> web.StreamResponse:
        try:
            must_be_framed(exchange.request)
            return await _whole_or_reset(front, exchange)
        except StorageError as error:
            _note(error)
            reason = error
        except Exception as error:  # noqa: BLE001  # nothing that happens in a request may end the connection without an answer
            _log.exception("request failed")
            reason = Unforeseen()
            reason.__cause__ = error
        exchange.fault = reason
        if exchange.begun:
            raise ConnectionResetError from reason  # aiohttp ends the connection without a word
        return front.refuse(exchange, reason, last=isinstance(reason, _FRAMING))

    def _account(self, front: Front, exchange: Exchange, status: str, seconds: float) -> None:
        labels = {"surface": front.name, "operation": exchange.operation or "none"}
        self.meter.count("seawall_requests_total", 1, status=status, **labels)
        self.meter.observe("seawall_request_seconds", seconds, **labels)
        self.meter.count("seawall_bytes_total", exchange.received, direction="received", surface=front.name)
        self.meter.count("seawall_bytes_total", exchange.sent, direction="sent", surface=front.name)
        self._record(exchange, status, seconds)
        self._account_for("bucket", exchange.bucket, exchange)
        self._account_for("tier", exchange.tier, exchange)
        self.access(
            method=exchange.method,
            path=exchange.request.raw_path,
            status=status,
            seconds=seconds,
            received=exchange.received,
            sent=exchange.sent,
            address=exchange.address,
            agent=exchange.agent,
            **labels,
        )

    def _record(self, exchange: Exchange, status: str, seconds: float) -> None:
        read = exchange.read
        if read is None:
            return
        read.end = End(
            at=self.clock.now(),
            result=_RESULTS.get(status[0], Result.FAILED),
            reason=type(exchange.fault).__name__ if exchange.fault else None,
            sent=exchange.sent,
            seconds=seconds,
            address=exchange.address,
            agent=exchange.agent,
            request_id=exchange.id,
        )
        if read.is_wanted:
            self.note(read)

    def _account_for(self, kind: str, name: str, exchange: Exchange) -> None:
        """The same by a bucket or by a tier, where it is known."""
        if name:
            self.meter.count(f"seawall_{kind}_requests_total", 1, **{kind: name})
            self.meter.count(f"seawall_{kind}_bytes_total", exchange.received, direction="received", **{kind: name})
            self.meter.count(f"seawall_{kind}_bytes_total", exchange.sent, direction="sent", **{kind: name})


def must_be_framed(request: web.BaseRequest) -> None:
    """Refuse what aiohttp lets pass: other versions, and an old one with a framing that it does not know."""
    version = request.version
    if version not in (HttpVersion10, HttpVersion11):
        raise VersionNotSupported(f"{version.major}.{version.minor}")
    if version == HttpVersion10 and hdrs.TRANSFER_ENCODING in request.headers:
        raise MalformedMessage("HTTP/1.0 knows no Transfer-Encoding")
    if request.headers.get(hdrs.TRANSFER_ENCODING, "chunked").lower() != "chunked":
        raise MalformedMessage("its transfer encoding is not chunked")
    if request.method == hdrs.METH_CONNECT:
        raise MalformedMessage("this is no proxy")


async def _whole_or_reset(front: Front, exchange: Exchange) -> web.StreamResponse:
    """An answer that breaks off must not look like one that ended."""
    try:
        return await front.answer(exchange)
    except BaseException:
        if exchange.begun:
            reset(exchange.request)
        raise


def _note(error: StorageError) -> None:
    """Each failure is logged here and nowhere else; what a caller does wrong is its own business."""
    if isinstance(error, ClientFault):
        _log.debug("refused: %s", error)
    elif isinstance(error, Busy):
        _log.warning("busy: %s", error)
    else:
        _log.error("failed: %s", error, exc_info=error)
