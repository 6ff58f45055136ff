"""All that is measured, in order, over one installation."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from buckets.settings import Secret
from gateway.config.config import OPTIONS
from seaweedfs.sign import Credentials, Signer
from tests.bench import profiles
from tests.bench.bare import BUCKET, bare
from tests.bench.commits import commits
from tests.bench.doors import JsonDoor, S3Door
from tests.bench.drivers import drivers
from tests.bench.exchange import make_bucket
from tests.bench.installation import Gateway, Installation, installed
from tests.bench.listing import listing
from tests.bench.plan import Plan
from tests.bench.race import FAILED, Entrant, Race
from tests.bench.rows import Front, rows
from tests.bench.steps import steps
from tests.bench.table import Line
from tests.bench.wrk import with_wrk

PARTS = ("get-small", "put-small", "large", "listing", "commits", "steps")
_REGION = str(OPTIONS["edge.region"].default)
_NO_CACHE = {"store.cache_bytes": "0"} if "store.cache_bytes" in OPTIONS else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of it: requests beside the bare store, the catalog by itself, and where the time of a request goes."""

    beside: str
    requests: Sequence[Line] = ()
    pages: Sequence[Line] = ()
    commits: Sequence[Line] = ()
    steps: Sequence[Line] = ()
    profile: Sequence[str] = ()

    @property
    def failed(self) -> bool:
        return any(cell.startswith(FAILED) for line in (*self.requests, *self.steps) for cell in line.cells.values())


def bench(plan: Plan, parts: Sequence[str], scratch: Path) -> Found:
    with installed(scratch, plan) as installation:
        found = _over_sockets(plan, parts, installation)
        profile = profiles.top(scratch) if plan.profile else ()
        # now that the gateways have ended: nothing else asks the database meanwhile
        pages = asyncio.run(listing(installation.stack.postgres, plan)) if "listing" in parts else ()
        groups = asyncio.run(commits(installation.stack.postgres, plan)) if "commits" in parts else ()
        return replace(found, pages=pages, commits=groups, profile=profile)


def _over_sockets(plan: Plan, parts: Sequence[str], installation: Installation) -> Found:
    with racing(plan, installation) as race:
        lines = [_told(row.name, race.line(row)) for row in rows(plan) if row.part in parts]
        where = [line for row in rows(plan) if row.steps and "steps" in parts for line in steps(race, row)]
        return Found(beside=race.bare.name, requests=lines, steps=where)


@contextmanager
def racing(plan: Plan, installation: Installation) -> Iterator[Race]:
    """A second gateway, over the same servers, keeps no bytes: what is read from it is cold."""
    with ExitStack() as running:
        hot = running.enter_context(installation.gateway("hot", plan))
        cold = running.enter_context(installation.gateway("cold", plan, _NO_CACHE))
        plain = running.enter_context(bare(installation))
        own = running.enter_context(drivers(plan.drivers))
        ours = {front: _entrant(front, cold if front is Front.COLD else hot, installation) for front in Front}
        for door in (ours[Front.S3].door, plain.door):
            make_bucket(door)
        yield Race(plan, with_wrk(installation.scratch, own) if plan.wrk else own, ours, plain)


def _entrant(front: Front, gateway: Gateway, installation: Installation) -> Entrant:
    keys = installation.keys
    signer = Signer(Credentials(access_key=keys["access_key"], secret=Secret(keys["secret_key"]), region=_REGION))
    door = (
        JsonDoor(endpoint=gateway.endpoint, store="ours", bucket=BUCKET, api_key=keys["api_key"])
        if front is Front.JSON
        else S3Door(endpoint=gateway.endpoint, store="ours", bucket=BUCKET, signer=signer)
    )
    return Entrant(door=door, gateway=gateway.family, behind=installation.families, operations=gateway.operations)


def _told(name: str, line: Line) -> Line:
    print(f"{name}: {line.cells.get('Seawall')}", file=sys.stderr, flush=True)
    return line
