"""What every outbox promises."""

import asyncio

from buckets.ports import Outbox
from tests.suites.catalog_stage import Stage, Staged


async def told(outbox: Outbox, *, after: int = 0) -> list[tuple[int, str, int, str]]:
    page = await outbox.page_events(after=after, limit=1000)
    return [(event.position, event.key, event.seq, event.kind) for event in page]


class OutboxSuite(Staged):
    """A subclass supplies the fixtures of the catalog's suites, and an `outbox` over the same rows."""

    async def test_nothing_is_told_before_it_is_announced(self, at: Stage, outbox: Outbox) -> None:
        await at.put(at.item("k"))
        assert await told(outbox) == []

    async def test_announced_changes_have_positions_without_holes(self, at: Stage, outbox: Outbox) -> None:
        for key in ("b", "a", "c"):
            await at.put(at.item(key))
        assert await outbox.announce(limit=100) == 3
        assert [position for position, *_ in await told(outbox)] == [1, 2, 3]
        await at.put(at.item("d"))
        assert await outbox.announce(limit=100) == 1
        assert [position for position, *_ in await told(outbox, after=3)] == [4]

    async def test_changes_of_a_key_are_told_in_their_order(self, at: Stage, outbox: Outbox) -> None:
        await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        await at.put(at.item("k"))
        await at.put(at.item("k"))
        await outbox.announce(limit=100)
        kinds = ["object.created", "object.removed", "object.created", "object.created"]
        assert await told(outbox) == [(place, "k", place, kind) for place, kind in enumerate(kinds, start=1)]

    async def test_deleting_nothing_tells_nothing(self, at: Stage, outbox: Outbox) -> None:
        await at.delete(at.removal("nothing"))
        assert await outbox.announce(limit=100) == 0

    async def test_announcing_goes_on_where_a_limit_ended_it(self, at: Stage, outbox: Outbox) -> None:
        for index in range(5):
            await at.put(at.item(f"k{index}"))
        assert [await outbox.announce(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert [position for position, *_ in await told(outbox)] == [1, 2, 3, 4, 5]

    async def test_many_announcers_tell_each_change_once(self, at: Stage, outbox: Outbox) -> None:
        for index in range(20):
            await at.put(at.item(f"k{index}"))
        while sum(await asyncio.gather(*(outbox.announce(limit=3) for _ in range(4)))):
            pass
        assert [position for position, *_ in await told(outbox)] == list(range(1, 21))

    async def test_voided_operation_is_never_told(self, at: Stage, outbox: Outbox) -> None:
        assert await at.catalog.resolve(at.item("void")) is None
        assert await outbox.announce(limit=100) == 0
        assert await told(outbox) == []

    async def test_event_tells_what_was_stored(self, at: Stage, outbox: Outbox) -> None:
        item = at.item("k", b"body")
        await at.put(item)
        await outbox.announce(limit=1)
        [event] = await outbox.page_events(after=0, limit=10)
        assert event.facts == {"version": str(item.version), "size": 4, "etag": item.content.digests.etag}
        assert (event.id, event.account, event.bucket) == (item.operation, at.owner.account, at.bucket.id)
