"""`python -m tests.acceptance.second DATA READY`: one more process beside a stack that is up, over its servers and its blobs.

It is told of them as any process of a larger installation would be, by its environment; it starts no servers of its own.
"""

import asyncio
import base64
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from buckets.catalog.settings import CatalogSettings
from gateway.cli.up import Start, addressed, bound, run
from gateway.config.config import variable
from gateway.config.load import load
from gateway.edge.exchange import REQUEST_ID
from gateway.embedded.layout import DataDirectory
from gateway.embedded.parent import end_with_parent
from gateway.embedded.postgres import PostgresServer
from gateway.embedded.valkey import ValkeyServer
from gateway.observe.logging import configure


def main(data: Path, ready: Path) -> None:
    end_with_parent()
    config = load(environ=environment(DataDirectory(data))).config
    configure(config.observe, request_id=REQUEST_ID.get)
    with ExitStack() as stack:
        sockets = bound(config, stack)
        asyncio.run(run(Start(addressed(config, sockets), None, sockets, ready)))


def environment(directory: DataDirectory) -> Mapping[str, str]:
    service = PostgresServer(directory).dsn("seawall", CatalogSettings().service_role, _secret(directory, "postgres-service"))
    settings = {
        "catalog.dsn": service,
        "sessions.url": ValkeyServer(directory).url,
        "auth.seal_key": base64.b64encode(bytes.fromhex(_secret(directory, "seal-key"))).decode("ascii"),
        "store.directory": str(directory.root / "blobs"),
        "edge.port": "0",
        "edge.ops_port": "0",
    }
    return {variable(name): value for name, value in settings.items()}


def _secret(directory: DataDirectory, name: str) -> str:
    return (directory.secrets / name).read_text("ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
