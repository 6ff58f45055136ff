"""The objects of one bucket, one at a time."""

from collections.abc import Sequence
from itertools import islice

from buckets.errors import StorageError
from buckets.model.blob import Span
from seaweedfs.client import Body, Exchange, S3Client
from seaweedfs.side_by_side import side_by_side
from seaweedfs.wire import Objects, check_deleted, check_span, deletion, listed, object_size, refusal, stored_md5

_DELETED_AT_ONCE = 100


class Bucket:
    """Objects that are written once, read and removed."""

    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self._objects = Objects(name)

    async def put(self, name: str, size: int, body: Body) -> bytes:
        """Store an object and say its md5. StoreUnavailable when there is one of that name."""
        status, headers, words = await self._client.answer(self._objects.put(name, size), body)
        if status != 200:
            raise refusal(status, words, name=name)
        return stored_md5(headers)

    async def keep(self, name: str) -> None:
        """See to it that there is an object of that name."""
        status, _, words = await self._client.answer(self._objects.put(name, 0), b"")
        if status not in (200, 412):
            raise refusal(status, words, name=name)

    async def get(self, name: str, span: Span) -> Exchange:
        """The answer that holds this span, exactly; the caller closes it."""
        exchange = await self._client.send(self._objects.get(name, span))
        try:
            await _check(exchange, span, name)
        except BaseException:
            exchange.close()
            raise
        return exchange

    async def size(self, name: str) -> int:
        status, headers, _ = await self._client.answer(self._objects.head(name))
        if status != 200:
            raise await self._reason(name)
        return object_size(headers)

    async def names(self, prefix: str) -> Sequence[str]:
        """All of our names that begin so."""
        found, after, more = list[str](), "", True
        while more:
            status, _, words = await self._client.answer(self._objects.list(prefix, after))
            if status != 200:
                raise refusal(status, words, name=prefix)
            page, truncated = listed(words)
            found += page
            more = truncated and bool(page)
            after = found[-1] if found else ""
        return found

    async def delete(self, names: Sequence[str]) -> None:
        """Remove objects, present or not."""
        rest = iter(names)
        await side_by_side(self._delete, iter(lambda: tuple(islice(rest, _DELETED_AT_ONCE)), ()), at_once=4)

    async def _delete(self, names: Sequence[str]) -> None:
        document = deletion(names)
        status, _, words = await self._client.answer(self._objects.delete(document), document)
        if status != 200:
            raise refusal(status, words, name="")
        check_deleted(words)

    async def _reason(self, name: str) -> StorageError:
        """Why an object cannot be looked at: the answer to a HEAD has no words for it."""
        status, _, words = await self._client.answer(self._objects.get(name, Span(0, 1)))
        return refusal(status, words, name=name)


async def _check(exchange: Exchange, span: Span, name: str) -> None:
    if exchange.status not in (200, 206):
        raise refusal(exchange.status, await exchange.words(), name=name)
    check_span(exchange.status, exchange.headers, span, name=name)
