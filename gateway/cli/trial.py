"""The trial installation: embedded servers over one data directory, and the settings that lead to them."""

import base64
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from buckets.catalog.migrate import Migrator
from buckets.settings import Secret
from gateway.config.config import Config
from gateway.embedded import marker, roles
from gateway.embedded.described import DescribedServer
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import load_or_create
from gateway.embedded.server import EmbeddedServer
from gateway.embedded.supervisor import Supervisor
from gateway.embedded.valkey import ValkeyServer
from seaweedfs.launch import LoneWeed, find_weed
from seaweedfs.settings import StoreKind, StoreSettings

_DATABASE = "seawall"


@dataclass(frozen=True, slots=True)
class Trial:
    """Servers that are running, one for each address that the settings leave open."""

    config: Config
    directory: DataDirectory
    supervisor: Supervisor
    postgres: PostgresServer | None

    @property
    def credentials(self) -> Path:
        return self.directory.secrets / "credentials.json"

    async def prepare(self) -> None:
        """The database with its roles, and the schema that this program was written for."""
        catalog = self.config.catalog
        if self.postgres:
            password = _service_password(self.directory, os.urandom)
            await roles.prepare(self.postgres, database=_DATABASE, service_role=catalog.service_role, service_password=password)
        await Migrator((catalog.owner_dsn or catalog.dsn).reveal(), catalog.service_role).up()


@contextmanager
def started(config: Config, data: Path) -> Iterator[Trial]:
    """Servers over the directory, stopped behind it. From the main thread only."""
    directory = DataDirectory(data)
    directory.make()
    marker.claim(directory.root, store=config.store.kind)
    postgres, valkey, weed = _servers(config, directory)
    servers: list[EmbeddedServer] = [server for server in (valkey, postgres) if server]
    servers += [DescribedServer(directory, weed)] if weed else []
    with Supervisor(directory, servers) as supervisor:
        yield Trial(_led_to(config, directory, postgres, valkey, weed), directory, supervisor, postgres)


def existing(config: Config, data: Path) -> Config:
    """The settings that lead to an installation which is there, whether its servers run or not: nothing is made or started."""
    directory = DataDirectory(data)
    try:
        store = replace(config.store, kind=StoreKind(marker.remembered(directory.root)))
        known = replace(config, store=store)
        return _led_to(known, directory, *_servers(known, directory), entropy=_nothing_new)
    except OSError as error:
        raise StartupProblem(
            f"{error.filename} cannot be read ({error.strerror}): restore it, or go on with `seawall up --data {data}`."
        ) from error


def _nothing_new(_: int) -> bytes:
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "a file in its directory `secrets`")


def _servers(config: Config, directory: DataDirectory) -> tuple[PostgresServer | None, ValkeyServer | None, LoneWeed | None]:
    """One for each address that the settings leave open, not started yet."""
    return (
        None if config.catalog.dsn else PostgresServer(directory),
        None if config.sessions.url else ValkeyServer(directory),
        _lone_weed(config.store, directory),
    )


def _lone_weed(store: StoreSettings, directory: DataDirectory) -> LoneWeed | None:
    """For the SeaweedFS store, when the settings name no endpoint of it."""
    if store.kind is not StoreKind.SEAWEEDFS or store.endpoints:
        return None
    binary = find_weed()
    if binary is None:
        raise StartupProblem(
            "SeaweedFS's weed is not on the PATH: install version 4.34 or newer, name store.endpoints, or take --store disk."
        )
    return LoneWeed(directory=directory.root / "weed", binary=binary)


def _led_to(
    config: Config,
    directory: DataDirectory,
    postgres: PostgresServer | None,
    valkey: ValkeyServer | None,
    weed: LoneWeed | None,
    *,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Config:
    """The settings, with what they left open leading into the data directory."""
    catalog, sessions, auth = config.catalog, config.sessions, config.auth
    if postgres:
        service = postgres.dsn(_DATABASE, catalog.service_role, _service_password(directory, entropy))
        owner = postgres.dsn(_DATABASE, postgres.owner, postgres.owner_password)
        catalog = replace(catalog, dsn=Secret(service), owner_dsn=Secret(owner))
    if valkey:
        sessions = replace(sessions, url=Secret(valkey.url))
    if not auth.seal_key:
        auth = replace(auth, seal_key=Secret(_seal_key(directory, entropy)))
    store = replace(config.store, directory=directory.root / "blobs")
    if weed:
        store = replace(store, endpoints=weed.endpoint, access_key=weed.access_key, secret_key=weed.secret_key)
    return replace(config, catalog=catalog, sessions=sessions, auth=auth, store=store)


def _service_password(directory: DataDirectory, entropy: Callable[[int], bytes]) -> str:
    return load_or_create(directory.secrets / "postgres-service", entropy=entropy)


def _seal_key(directory: DataDirectory, entropy: Callable[[int], bytes]) -> str:
    """As the setting wants it: 32 bytes in base64."""
    key = load_or_create(directory.secrets / "seal-key", entropy=entropy, size=32)
    return base64.b64encode(bytes.fromhex(key)).decode("ascii")
