"""Writes brought together: whoever commits at the same time shares a transaction.

Two lanes at the most run at once. A group holds each name, and each idempotency key, once; a name that a lane is busy with waits.
What was begun is finished, whoever leaves in the meantime.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from buckets.errors import Busy, CatalogBusy, CatalogUnavailable, OutcomeUnknown, StorageError
from buckets.model.commit import CommitItem, Committed, Deleted, DeleteItem, EditItem, Name, Outcome, Owner, PutItem, Refused
from buckets.ports import Ids, Objects, Phase, Phases

_log = logging.getLogger(__name__)
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
_Subject: TypeAlias = Name | tuple[Owner, str]


@dataclass(slots=True, eq=False)
class _Waiting:
    """An item, and where its outcome is waited for."""

    item: CommitItem
    outcome: "asyncio.Future[Outcome]"

    @property
    def subjects(self) -> set[_Subject]:
        """What no other item of a running group may be about."""
        named = {(self.item.writer, self.item.idempotency.key)} if self.item.idempotency else set()
        return {self.item.name, *named}


@dataclass(slots=True, kw_only=True)
class Committer:
    """The only way to COMMIT."""

    objects: Objects
    ids: Ids
    phases: Phases
    lanes: int = 2
    group: int = 64
    queue: int = 4096
    _waiting: list[_Waiting] = field(default_factory=list)
    _busy: set[_Subject] = field(default_factory=set)
    _running: set["asyncio.Task[None]"] = field(default_factory=set)

    async def put(self, operation: str, item: PutItem | EditItem) -> Committed:
        """Add a version, or edit one; raises what it was refused for."""
        outcome = await self._observed(operation, item)
        if isinstance(outcome, Committed):
            return outcome
        raise outcome.reason if isinstance(outcome, Refused) else OutcomeUnknown

    async def delete(self, item: DeleteItem) -> Deleted:
        """Take what a name points to away; raises what it was refused for."""
        outcome = await self._observed("delete", item)
        if isinstance(outcome, Deleted):
            return outcome
        raise outcome.reason if isinstance(outcome, Refused) else OutcomeUnknown

    async def commit(self, item: CommitItem) -> Outcome:
        """The outcome of one item. Being cancelled here ends the wait, not the COMMIT."""
        if len(self._waiting) >= self.queue:
            raise CatalogBusy
        waiting = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._start()
        return await asyncio.shield(waiting.outcome)

    @property
    def waiting(self) -> int:
        """Items whose COMMIT has not begun."""
        return len(self._waiting)

    async def _observed(self, operation: str, item: CommitItem) -> Outcome:
        self.phases.reached(operation, Phase.COMMIT)
        outcome = await self.commit(item)
        self.phases.reached(operation, Phase.COMMITTED)
        return outcome

    async def drain(self) -> None:
        """Wait for everything that was begun."""
        while self._running:
            await asyncio.wait(self._running)

    def _start(self) -> None:
        if len(self._running) < self.lanes:
            self._running.add(asyncio.create_task(self._run()))

    async def _run(self) -> None:
        try:
            while group := self._next_group():
                await self._carry(group)
        finally:
            self._running -= {asyncio.current_task()}  # at once: whoever comes next must not count on a lane that has ended

    async def _carry(self, group: Sequence[_Waiting]) -> None:
        subjects = {subject for waiting in group for subject in waiting.subjects}
        self._busy |= subjects
        try:
            await self._commit(group)
        finally:
            self._busy -= subjects

    def _next_group(self) -> Sequence[_Waiting]:
        """Those that came first and have nothing to do with each other nor with what is running; the others keep their order."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        taken = set(self._busy)
        for waiting in self._waiting:
            fits = len(group) < self.group and taken.isdisjoint(waiting.subjects)
            (group if fits else left).append(waiting)
            taken |= waiting.subjects
        self._waiting = left
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        """A group that fails is settled item by item, so that one cannot take the others with it.

        Side by side, for a catalog that does not answer keeps everybody waiting as long as one.
        """
        try:
            outcomes = await self.objects.commit([waiting.item for waiting in group])
        except StorageError as fault:
            await asyncio.gather(*(self._settle(waiting, fault, alone=len(group) == 1) for waiting in group))
        except Exception as error:  # noqa: BLE001  # the waiters are to learn of it, whatever it is
            _log.exception("a group could not be committed")
            _fail(group, error)
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                _answer(waiting, outcome)

    async def _settle(self, waiting: _Waiting, fault: StorageError, *, alone: bool) -> None:
        try:
            _answer(waiting, await self._single(waiting.item, fault, alone=alone))
        except Exception as error:  # noqa: BLE001  # likewise
            _fail([waiting], error)

    async def _single(self, item: CommitItem, fault: StorageError, *, alone: bool) -> Outcome:
        if isinstance(fault, OutcomeUnknown):
            known = await self._resolved(item)
            if known is not None:
                return known
            item = replace(item, operation=self.ids.uuid7())  # nothing came of the first, and never will
        elif alone and isinstance(fault, Busy):
            raise fault
        try:
            [outcome] = await self.objects.commit([item])
        except OutcomeUnknown as again:
            known = await self._resolved(item)
            if known is None:
                raise CatalogBusy from again
            return known
        return outcome

    async def _resolved(self, item: CommitItem) -> Outcome | None:
        """A catalog that has just gone away is given time to come back: nobody else can tell the caller what was done."""
        for pause in _PAUSES:
            with suppress(CatalogUnavailable, CatalogBusy):
                return await self.objects.resolve(item)
            await asyncio.sleep(pause)
        return await self.objects.resolve(item)


def _answer(waiting: _Waiting, outcome: Outcome) -> None:
    if not waiting.outcome.done():
        waiting.outcome.set_result(outcome)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(error)
            waiting.outcome.exception()  # seen here, so that a failure whose waiter has left is no warning
