"""What we stand on, by itself: the very SeaweedFS that is under our gateway, or a plain file server for a plain directory."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seaweedfs.sign import Credentials, Signer
from tests.bench.doors import Door, PlainDoor, S3Door
from tests.bench.installation import Installation
from tests.bench.processes import Family
from tests.fixtures.weed import WeedServer

BUCKET = "bench"
_REGION = "us-east-1"
_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Bare:
    """Its door and its process."""

    name: str
    door: Door
    family: Family


@contextmanager
def bare(installation: Installation) -> Iterator[Bare]:
    if installation.weed:
        yield _seaweedfs(installation.weed)
        return
    root = installation.scratch / "files"
    root.mkdir()
    command = [sys.executable, "-m", "tests.bench.file_server", str(root)]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE, cwd=_CHECKOUT) as server:
        assert server.stdout
        yield Bare("a bare file server", PlainDoor(endpoint=server.stdout.readline().strip(), store="bare"), Family(server.pid))
        server.communicate("")


def _seaweedfs(weed: WeedServer) -> Bare:
    signer = Signer(Credentials(access_key=weed.weed.access_key, secret=weed.weed.secret_key, region=_REGION))
    assert weed.pid
    return Bare(
        "SeaweedFS's own S3", S3Door(endpoint=weed.weed.endpoint, store="bare", bucket=BUCKET, signer=signer), Family(weed.pid)
    )
