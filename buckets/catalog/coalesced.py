"""Look-ups brought together: whoever asks at the same time shares a query, and whoever asks the same shares a question."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeAlias, TypeVar

from buckets.catalog.faults import is_lost
from buckets.catalog.pool import Lane, Pool, Session
from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError

_log = logging.getLogger(__name__)
Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")
Ask: TypeAlias = Callable[[Session, Sequence[Question]], Awaitable[Mapping[Question, Answer]]]
"""Answers questions that are all different; one that has no answer is missing from what it gives."""


class Coalescer:
    """Carries the queries, one for each kind of look-up at a time. A connection is held as long as there is something to ask."""

    def __init__(self, pool: Pool, *, lanes: int = 2) -> None:
        self._pool = pool
        self._lanes = lanes
        self._kinds: list[LookUp[Any, Any]] = []
        self._running: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many questions have not been asked yet, each as often as somebody waits for it."""
        return sum(kind.waiting for kind in self._kinds)

    def look_up(self, ask: Ask[Question, Answer]) -> "LookUp[Question, Answer]":
        kind = LookUp(ask, self._start)
        self._kinds.append(kind)
        return kind

    def _start(self) -> None:
        if len(self._running) < self._lanes:
            self._running.add(asyncio.get_running_loop().create_task(self._run()))

    async def _run(self) -> None:
        try:
            while any(kind.is_ready for kind in self._kinds):
                await self._serve()
        finally:
            self._running -= {asyncio.current_task()}  # at once: whoever comes next must not count on a lane that has ended

    async def _serve(self) -> None:
        """Over one connection, and once more over another the batch that finds it dead."""
        batch: _Batch[Any, Any] | None = None
        try:
            async with self._pool.session(Lane.LOOKUP) as session:
                while session.reusable and (batch := self._next()):
                    await batch.carry(session)
        except StorageError as fault:
            if batch and is_lost(fault.__cause__):
                await self._repeat(batch)
            else:
                self._fail(fault)
        except Exception:  # noqa: BLE001  # the waiters learn of it below, and the next query is another
            _log.exception("a look-up broke")
        finally:
            if batch:
                batch.fail(CatalogUnavailable("the look-up was broken off"))

    async def _repeat(self, batch: "_Batch[Any, Any]") -> None:
        """Its neighbours died with the connection as a rule."""
        try:
            await self._pool.expire()
            async with self._pool.session(Lane.LOOKUP) as session:
                await batch.carry(session)
        except StorageError as fault:
            batch.fail(fault)

    def _next(self) -> "_Batch[Any, Any] | None":
        """By turns, so that no kind keeps the others waiting."""
        for _ in self._kinds:
            kind = self._kinds.pop(0)
            self._kinds.append(kind)
            if kind.is_ready:
                return kind.take()
        return None

    def _fail(self, fault: StorageError) -> None:
        """There is no connection: who waits has waited long enough."""
        while batch := self._next():
            batch.fail(fault)


class LookUp(Generic[Question, Answer]):
    """One kind. A question joins only a query that was not sent yet: its answer is never older than the question.

    A query that fails fails those who wait for it, and nobody else; whoever leaves takes nobody's answer along.
    """

    def __init__(self, ask: Ask[Question, Answer], start: Callable[[], None], *, most: int = 128, queue: int = 8192) -> None:
        self._ask = ask
        self._start = start
        self._most = most
        self._queue = queue
        self._questions: dict[Question, list[asyncio.Future[Answer | None]]] = {}
        self._under_way = False
        self.waiting = 0

    @property
    def is_ready(self) -> bool:
        return bool(self._questions) and not self._under_way

    async def find(self, question: Question) -> Answer | None:
        if self.waiting >= self._queue:
            raise CatalogBusy
        outcome: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._questions.setdefault(question, []).append(outcome)
        self.waiting += 1
        self._start()
        return await outcome

    def take(self) -> "_Batch[Question, Answer]":
        """Those that came first; nobody can join them any more."""
        taken = {question: self._questions.pop(question) for question in list(islice(self._questions, self._most))}
        self.waiting -= sum(map(len, taken.values()))
        self._under_way = True
        return _Batch(self, taken)

    async def ask(self, session: Session, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        return await self._ask(session, questions)

    def settled(self) -> None:
        self._under_way = False


@dataclass(slots=True, eq=False)
class _Batch(Generic[Question, Answer]):
    """Questions of one kind that are asked together, with those who wait for the answers."""

    kind: LookUp[Question, Answer]
    outcomes: Mapping[Question, Sequence["asyncio.Future[Answer | None]"]]
    is_settled: bool = False

    async def carry(self, session: Session) -> None:
        """Ask, and answer. Raises only when the connection turns out to be dead: then nobody has been answered yet."""
        try:
            answers = await self.kind.ask(session, list(self.outcomes))
        except StorageError as fault:
            if is_lost(fault.__cause__):
                raise
            self.fail(fault)
        else:
            self._settle(lambda outcome, question: outcome.set_result(answers.get(question)))

    def fail(self, fault: StorageError) -> None:
        def fail(outcome: "asyncio.Future[Answer | None]", _: object) -> None:
            outcome.set_exception(fault)
            outcome.exception()  # seen here, so that a failure whose waiter has left is no warning

        self._settle(fail)

    def _settle(self, settle: Callable[["asyncio.Future[Answer | None]", Question], None]) -> None:
        if self.is_settled:
            return
        self.is_settled = True
        self.kind.settled()
        for question, outcomes in self.outcomes.items():
            for outcome in outcomes:
                if not outcome.done():
                    settle(outcome, question)
