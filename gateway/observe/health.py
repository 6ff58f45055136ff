"""How the service is. What failed is told by a sentence of ours, never by an exception's text, which may hold an address."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from buckets.errors import StorageError
from buckets.ports import CatalogHealth

T = TypeVar("T")
_log = logging.getLogger(__name__)
_FACT = re.compile(r"\s*[:,][^:,{]*\{.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that answers, or raises. What is not required is told, and does not make the service unready."""

    name: str
    ask: Callable[[], Awaitable[object]]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What to tell, and whether all is well."""

    healthy: bool
    facts: Mapping[str, object]


class Unwell(Exception):
    """A check did not pass; the message is fit for an operator's eyes."""


class HealthChecks:
    """Asks each time anew, all checks at once, none for longer than the timeout."""

    def __init__(self, catalog: Callable[[], Awaitable[CatalogHealth]], *others: Check, timeout: float = 2.0) -> None:
        self._catalog = catalog
        self._checks = (Check(name="catalog", ask=catalog), *others)
        self._timeout = timeout
        self._draining = False
        self._abandoned: set[asyncio.Future[Any]] = set()

    def drain(self) -> None:
        """From now on not ready, so that balancers look elsewhere before the listener closes."""
        self._draining = True

    def live(self) -> Report:
        """That this is answered at all says that the loop turns."""
        return Report(healthy=True, facts={"status": "ok"})

    async def ready(self) -> Report:
        results = dict(
            zip((check.name for check in self._checks), await asyncio.gather(*map(self._result, self._checks)), strict=True)
        )
        failed = any(check.required and results[check.name]["status"] != "ok" for check in self._checks)
        status = "draining" if self._draining else "unavailable" if failed else "ok"
        return Report(healthy=status == "ok", facts={"status": status, "checks": results})

    async def db(self) -> Report:
        """The catalog in figures."""
        try:
            health = await self._bounded("catalog", self._catalog)
        except Unwell as error:
            return Report(healthy=False, facts={"status": "unavailable", "reason": str(error)})
        return Report(healthy=True, facts={"status": "ok", **asdict(health)})

    async def _result(self, check: Check) -> Mapping[str, str]:
        try:
            await self._bounded(check.name, check.ask)
        except Unwell as error:
            return {"status": "unavailable", "reason": str(error)}
        return {"status": "ok"}

    async def _bounded(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._within_timeout(ask)
        except TimeoutError as error:
            raise Unwell("It did not answer in time.") from error
        except StorageError as error:
            raise Unwell(sentence(type(error))) from error
        except Exception as error:
            _log.exception("the health check %s broke", name)
            raise Unwell("It could not be asked.") from error

    async def _within_timeout(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Not `asyncio.timeout`, which waits for the cancelled one: a driver may hang there as well, asking a server to cancel."""
        task = asyncio.ensure_future(ask())
        self._abandoned.add(task)
        task.add_done_callback(self._finished)
        try:
            await asyncio.wait({task}, timeout=self._timeout)
            if not task.done() or task.cancelled():
                raise TimeoutError
            return task.result()
        finally:
            task.cancel()

    def _finished(self, task: "asyncio.Future[Any]") -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # seen here, so that the failure of an abandoned check is no warning


def sentence(error: type[StorageError]) -> str:
    """What a class of errors says before any fact is filled in."""
    said = _FACT.sub(".", error.__doc__ or "")
    return said if said and "{" not in said else f"It failed with {error.__name__}."
