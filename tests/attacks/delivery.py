"""How the bytes of a case go out, and what comes back."""

import asyncio
import socket
import struct
from contextlib import suppress

from tests.attacks.corpus import Case, Sent
from tests.attacks.message import Message
from tests.http.wire import Reply, Wire

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def deliver(wire: Wire, case: Case, message: Message) -> Reply | None:
    """The answer, if there is to be one; otherwise the connection has ended without a byte."""
    match case.sent:
        case Sent.WHOLE:
            await wire.send(message.whole)
        case Sent.BYTES:
            await wire.send(*(message.whole[place : place + 1] for place in range(len(message.whole))))
        case Sent.ASKED:
            await wire.send(message.head)
            invited = await wire.reply()
            assert invited.status == 100, invited
            await wire.send(message.body)
        case Sent.UNASKED:
            await wire.send(message.head)
        case Sent.UNFINISHED:
            await wire.send(message.whole[:-1])
        case Sent.HALF_CLOSED:
            await wire.send(message.whole)
            wire.writer.write_eof()
        case Sent.RESET:
            await wire.send(message.whole)
            wire.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            wire.writer.transport.abort()
        case Sent.DRIPPING:
            return await _drip(wire, case, message)
    return await _answer(wire, case)


async def _answer(wire: Wire, case: Case) -> Reply | None:
    if case.answer.status is not None:
        return await wire.reply(to=case.method)
    assert await wire.is_closed()
    return None


async def _drip(wire: Wire, case: Case, message: Message) -> Reply | None:
    """A byte at a time, and the server has its turn after each."""
    answer = asyncio.create_task(_answer(wire, case))
    with suppress(ConnectionError):
        for place in range(len(message.whole)):
            await wire.send(message.whole[place : place + 1])
            await asyncio.sleep(0)
            if answer.done():
                break
    return await answer
