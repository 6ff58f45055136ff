"""The store of bytes: each of its doors, what it promises, and whether a blob comes back as it went in."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from buckets.errors import StorageError, StoreBusy, StoreFull, StoreUnavailable
from buckets.ports import Clock, Ids
from gateway.doctor.advice import Advice
from gateway.doctor.clock import clocks
from gateway.doctor.finding import Finding, failed, skipped, warned, well
from gateway.doctor.probe import Opened, Probe
from seaweedfs.client import Patience
from seaweedfs.settings import StoreKind, StoreSettings
from seaweedfs.vitals import Greeting, greet

NAME = "store"
_OLDEST = (4, 34)
_PATIENCE = 5.0
"""Seconds for a greeting; who is silent for that long is not asked for more."""

_ROOM = "Make room where the store keeps its bytes, or add volumes."
_KEYS = "Correct store.access_key and store.secret_key, or let that identity read, write and list in SeaweedFS."


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    """The store as the service would use it, with the settings that it is told; `opened` makes nothing for it."""

    settings: StoreSettings
    opened: Callable[[StoreSettings], Opened]
    clock: Clock
    ids: Ids
    advice: Advice
    name: str = NAME

    async def ask(self) -> AsyncGenerator[Finding, None]:
        if self.settings.kind is StoreKind.MEMORY:
            yield warned(self.name, "in memory: it forgets everything at the end", "Set store.kind to disk or seaweedfs.")
            return
        if self.settings.kind is StoreKind.SEAWEEDFS:
            greeting = await self._greeting()
            if greeting is None:
                yield failed(self.name, "no answer", self.advice.store)
                return
            for finding in greeted(self.name, greeting, ours=self.clock.now()):
                yield finding
        yield await self._probe().finding()

    async def _greeting(self) -> Greeting | None:
        settings = self.settings
        patience = Patience(connect=min(settings.connect_timeout, _PATIENCE), answer=min(settings.timeout, _PATIENCE))
        try:
            return await greet(settings.endpoints, settings.bucket, patience)
        except StoreBusy:
            return None

    def _probe(self) -> Probe:
        return Probe(name=self.name, opened=self.opened(self.settings), remedy=self._remedy, clock=self.clock, ids=self.ids)

    def _remedy(self, fault: StorageError | None) -> str:
        match fault:
            case StoreFull():
                return _ROOM
            case StoreUnavailable(reason=reason) if " 403" in reason:
                return _KEYS
            case StoreUnavailable(reason=reason) if " 404" in reason or reason == "No such file or directory":
                return self.advice.prepare
            case None:
                return "Look for what stands between Seawall and the store: nothing may change or cache what passes."
        return self.advice.store if self.settings.kind is StoreKind.SEAWEEDFS else "Look at the disk, and at the rights on it."

    def at(self, endpoint: str) -> "StoreCheck":
        """One door of several, on its own."""
        return replace(self, name=f"{NAME} {endpoint}", settings=replace(self.settings, endpoints=endpoint))


def greeted(name: str, greeting: Greeting, *, ours: datetime) -> list[Finding]:
    """The head of an answer to somebody unknown."""
    clock = clocks(f"{name} clock", ours=ours, theirs=greeting.at) if greeting.at else skipped(f"{name} clock", "it does not tell")
    return [_version(f"{name} version", greeting.version), _exposure(f"{name} exposure", greeting), clock]


def durability(kind: StoreKind) -> Finding:
    """Which promise holds for what was acknowledged."""
    name = f"{NAME}.durability"
    match kind:
        case StoreKind.DISK:
            return well(name, "a blob survives kill -9 and a power cut: it is synced before it is acknowledged")
        case StoreKind.SEAWEEDFS:
            return well(name, "a blob survives kill -9 of anything; a power cut of one machine only where volumes are replicated")
        case StoreKind.MEMORY:
            return skipped(name, "nothing is kept")


def _version(name: str, version: tuple[int, int] | None) -> Finding:
    if version is None:
        return skipped(name, "it does not tell")
    found = "SeaweedFS {}.{:02}".format(*version)
    if version < _OLDEST:
        return failed(name, found, "Upgrade it: {}.{} is the oldest that Seawall works with.".format(*_OLDEST))
    return well(name, found)


def _exposure(name: str, greeting: Greeting) -> Finding:
    if greeting.lets_anybody_in:
        return failed(
            name, "it lets anybody look into the bucket", "Give its S3 gateway identities (-s3.config), and none to strangers."
        )
    return well(name, "it turns strangers away")
