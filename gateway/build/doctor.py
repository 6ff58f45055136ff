"""What `seawall doctor` examines: one check for each part that the settings name."""

import resource
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from buckets.errors import BrokenSetting, InvalidScalar
from buckets.memory.meter import MemoryMeter
from buckets.names import AccessKey
from buckets.ports import BlobStore, Clock, Ids
from buckets.scalars import base64_bytes
from gateway.auth.seal import Seal
from gateway.build.bytes import blob_store
from gateway.config.config import Environment
from gateway.config.load import Loaded
from gateway.doctor import configuration, database, descriptors, scanner, secret_files, sessions, store
from gateway.doctor.advice import Advice
from gateway.doctor.database import DatabaseCheck
from gateway.doctor.disk import DiskCheck
from gateway.doctor.examination import Check, at_once
from gateway.doctor.finding import failed, skipped
from gateway.doctor.probe import Opened
from gateway.doctor.scanner import ScannerCheck
from gateway.doctor.sessions import SessionsCheck
from gateway.doctor.store import StoreCheck
from seaweedfs.endpoints import parse_urls
from seaweedfs.settings import StoreKind, StoreSettings


class Doctor:
    """`data` is the directory of an installation made by `seawall up`, for one of those."""

    def __init__(self, loaded: Loaded, *, clock: Clock, ids: Ids, data: Path | None = None) -> None:
        self._loaded = loaded
        self._config = loaded.config
        self._clock = clock
        self._ids = ids
        self._data = data
        self._advice = Advice.trial(data) if data else Advice()

    def checks(self) -> Sequence[Check]:
        """Parts whose settings are broken are left out: what stands in their place is not what somebody meant."""
        broken = configuration.broken_sections(self._loaded.problems)
        parts = (
            ("catalog", database.NAME, self._database),
            ("sessions", sessions.NAME, self._sessions),
            ("store", store.NAME, self._stores),
        )
        asked = [
            check
            for section, name, part in parts
            for check in ([at_once(skipped(name, "its settings are broken"))] if section in broken else part())
        ]
        return [self._settings(), *asked, Check(name=scanner.NAME, ask=ScannerCheck().ask), *self._disks(), self._limits()]

    def _settings(self) -> Check:
        findings = configuration.read(self._loaded.problems, environment=self._config.environment)
        if "auth" not in configuration.broken_sections(self._loaded.problems):
            findings.append(configuration.seal_key(self._config.auth.seal_key))
        files = [*self._loaded.secret_files, *(secret_files.of_trial(self._data) if self._data else ())]
        return at_once(*findings, secret_files.modes(files))

    def _database(self) -> Iterable[Check]:
        if not self._config.catalog.dsn:
            yield at_once(database.absent(required=self._config.store.kind is not StoreKind.MEMORY))
            return
        check = DatabaseCheck(
            settings=self._config.catalog,
            processes=self._config.workers,
            production=self._config.environment is Environment.PRODUCTION,
            unseal=self._unseal(),
            clock=self._clock,
            advice=self._advice,
        )
        yield Check(name=database.NAME, ask=check.ask, remedy=self._advice.database)

    def _unseal(self) -> Callable[[bytes, AccessKey], str] | None:
        try:
            key = base64_bytes(self._config.auth.seal_key.reveal(), name="auth.seal_key", size=32)
        except InvalidScalar:  # told by the check of the settings
            return None
        return Seal(key, ids=self._ids).unseal

    def _sessions(self) -> Iterable[Check]:
        settings, advice = self._config.sessions, self._advice
        check = SessionsCheck(settings=settings, meter=MemoryMeter(), clock=self._clock, advice=advice)
        yield Check(name=sessions.NAME, ask=check.ask, remedy=self._advice.sessions)

    def _stores(self) -> Iterable[Check]:
        check = StoreCheck(settings=self._config.store, opened=self._opened, clock=self._clock, ids=self._ids, advice=self._advice)
        yield from self._doors(check)
        yield at_once(store.durability(self._config.store.kind))

    def _doors(self, check: StoreCheck) -> Sequence[Check]:
        try:
            urls = parse_urls(self._config.store.endpoints) if self._config.store.kind is StoreKind.SEAWEEDFS else []
        except BrokenSetting as fault:
            return [at_once(failed(store.NAME, fault.problem, self._advice.store))]
        doors = [check.at(url) for url in urls] or [check]
        return [Check(name=each.name, ask=each.ask, remedy=self._advice.store, patience=30.0) for each in doors]

    def _opened(self, settings: StoreSettings) -> Opened:
        return partial(self._store, settings)

    @asynccontextmanager
    async def _store(self, settings: StoreSettings) -> AsyncIterator[BlobStore]:
        async with AsyncExitStack() as stack:
            yield await blob_store(settings, MemoryMeter(), self._clock, self._ids, stack, prepare=False)

    def _disks(self) -> Iterable[Check]:
        on_disk = self._config.store.kind is StoreKind.DISK and not self._data
        named = {"disk.data": self._data, "disk.blobs": self._config.store.directory if on_disk else None}
        for name, path in named.items():
            if path:
                yield Check(name=name, ask=DiskCheck(name=name, directory=path).ask)
        yield _temporary("disk.temporary")

    def _limits(self) -> Check:
        """A blob on disk is a file, in SeaweedFS it shares the connections to a door."""
        settings = self._config.store
        requests = settings.puts + settings.opens
        shared = settings.kind is StoreKind.SEAWEEDFS
        behind = settings.connections * (settings.endpoints.count(",") + 1) if shared else requests
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        inside = self._config.catalog.pool_max + behind
        return at_once(descriptors.descriptors(limit, inside=inside, requests=requests))


def _temporary(name: str) -> Check:
    """The first directory of several that a file can be made in, TMPDIR among them."""
    try:
        return Check(name=name, ask=DiskCheck(name=name, directory=Path(tempfile.gettempdir())).ask)
    except FileNotFoundError:
        return at_once(failed(name, "no directory takes a temporary file", "Make room in /tmp, or set TMPDIR."))
