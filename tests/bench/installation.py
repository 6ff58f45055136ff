"""What is measured, as an installation runs it: servers on this machine, and `seawall serve` over them."""

import asyncio
import base64
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.config import variable
from gateway.embedded import roles
from gateway.embedded.layout import DataDirectory
from gateway.embedded.parent import end_with_parent
from seaweedfs.launch import LoneWeed, find_weed
from tests.acceptance.stack import PATIENCE, SEAWALL, _awaited
from tests.bench import profiles
from tests.bench.plan import Plan
from tests.bench.processes import Family
from tests.fixtures.stack import Stack, running
from tests.fixtures.weed import WeedServer

_OURS = ("SEAWALL", "AWS_", "PG", "DATABASE_", "REDIS_")
_DATABASE, _ROLE = "seawall", "seawall_service"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running `seawall serve`."""

    family: Family
    endpoint: str
    operations: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Servers that run, the credentials of the first owner, and what a gateway is told."""

    scratch: Path
    stack: Stack
    weed: WeedServer | None
    environment: Mapping[str, str] = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)

    @property
    def families(self) -> Mapping[str, Family]:
        """The servers behind the gateway, by the names that the table has for them."""
        store = {"store": self.weed} if self.weed else {}
        return {name: Family(server.pid) for name, server in {"PostgreSQL": self.stack.postgres, **store}.items() if server.pid}

    @contextmanager
    def gateway(self, name: str, plan: Plan, settings: Mapping[str, str] | None = None) -> Iterator[Gateway]:
        """With settings of its own, and as many processes as planned."""
        ready = self.scratch / f"{name}.json"
        environment = {**self.environment, **_variables({"workers": str(plan.workers), **(settings or {})})}
        profiled = profiles.arguments(self.scratch, name) if plan.profile else []
        command = [sys.executable, *profiled, str(SEAWALL), "serve", "--ready-file", str(ready)]
        process = subprocess.Popen(  # what it warns of is for whoever looks on
            command,
            text=True,
            stdout=subprocess.DEVNULL,
            env=environment,
            preexec_fn=end_with_parent,  # noqa: PLW1509  # no threads yet that could be in the way: the drivers come later
        )
        try:
            found = json.loads(_awaited(ready, process))
            yield Gateway(Family(process.pid), found["endpoint"], found["ops"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


@contextmanager
def installed(scratch: Path, plan: Plan) -> Iterator[Installation]:
    """PostgreSQL, Valkey and the store, with nothing in them but the first account and the shipped buckets."""
    with ExitStack() as servers:
        stack = servers.enter_context(Stack(scratch / "servers"))
        weed = _weed(scratch / "weed") if plan.store == "seaweedfs" else None
        if weed:
            servers.enter_context(running(weed))
        password = secrets.token_hex(24)
        asyncio.run(roles.prepare(stack.postgres, database=_DATABASE, service_role=_ROLE, service_password=password))
        settings = {
            "catalog.dsn": stack.postgres.dsn(_DATABASE, _ROLE, password),
            "sessions.url": stack.valkey.url,
            "auth.seal_key": base64.b64encode(os.urandom(32)).decode("ascii"),
            "observe.log_level": "warning",
            "edge.port": "0",
            "edge.ops_port": "0",
            **_store(scratch, weed),
        }
        environment = {**_foreign(), **_variables(settings)}
        owner = stack.postgres.dsn(_DATABASE, stack.postgres.owner, stack.postgres.owner_password)
        _done(["migrate", "up"], {**environment, variable("catalog.owner_dsn"): owner})
        _done(["init", "--credentials", str(scratch / "keys.json")], environment)
        keys = json.loads((scratch / "keys.json").read_text("ascii"))
        yield Installation(scratch=scratch, stack=stack, weed=weed, environment=environment, keys=keys)


def _weed(root: Path) -> WeedServer:
    binary = find_weed()
    assert binary, "weed is not on the PATH"
    return WeedServer(DataDirectory(root), LoneWeed(directory=root / "weed", binary=binary))


def _store(scratch: Path, weed: WeedServer | None) -> Mapping[str, str]:
    if weed is None:
        return {"store.kind": "disk", "store.directory": str(scratch / "blobs")}
    found = weed.settings()
    return {
        "store.kind": found.kind,
        "store.endpoints": found.endpoints,
        "store.bucket": found.bucket,
        "store.access_key": found.access_key,
        "store.secret_key": found.secret_key.reveal(),
    }


def _variables(settings: Mapping[str, str]) -> Mapping[str, str]:
    return {variable(dotted): value for dotted, value in settings.items()}


def _foreign() -> Mapping[str, str]:
    """What the operator has set for other installations is not for this one."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("SEAWALL", "AWS_", "PG", "DATABASE_", "REDIS_"))
    }


def _done(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    subprocess.run([str(SEAWALL), *arguments], env=environment, timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)
