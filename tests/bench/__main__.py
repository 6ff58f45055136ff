"""`make bench`: how fast we are beside what we stand on, in one run. Figures of one machine: compare the ratios."""

import asyncio
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.bench.commits import commits
from tests.bench.listing import listing
from tests.bench.small_objects import small_objects


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as scratch:
        lines = [*_with_postgres(Path(scratch)), *asyncio.run(small_objects(Path(scratch)))]
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()} {platform.release()}")
    for line in lines:
        print(line)


def _with_postgres(scratch: Path) -> Sequence[object]:
    server = PostgresServer(DataDirectory(scratch / "postgres"))
    server.start()
    try:
        return [*asyncio.run(commits(server)), *asyncio.run(listing(server))]
    finally:
        server.stop()


if __name__ == "__main__":
    main()
