"""`make bench`: how fast we are beside what we stand on, in one run. Figures of one machine: compare the ratios."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import report
from tests.bench.bench import PARTS, bench
from tests.bench.plan import Plan


def main(arguments: Sequence[str]) -> int:
    """0, or 1 when a row has no figure."""
    given = _parser().parse_args(arguments)
    parts = given.parts or [part for part in PARTS if not (given.profile and part == "steps")]
    if unknown := sorted(set(parts) - set(PARTS)):
        raise SystemExit(f"there is no part {', '.join(unknown)}: take of {', '.join(PARTS)}")
    chosen = {name: value for name, value in vars(given).items() if name not in ("parts", "markdown")}
    plan = Plan(**{**chosen, "store": given.store or _store()})
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as scratch:
        found = bench(plan, parts, Path(scratch))
    for line in report.lines(found, plan, arguments, at=datetime.now(UTC), markdown=given.markdown):
        print(line)
    return int(found.failed)


def _store() -> str:
    if shutil.which("weed"):
        return "seaweedfs"
    print("there is no weed on the PATH: the disk store is measured, beside a bare file server", file=sys.stderr)
    return "disk"


def _parser() -> argparse.ArgumentParser:
    plan = Plan(store="")
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument("--store", choices=["seaweedfs", "disk"], help="SeaweedFS when weed is on the PATH")
    parser.add_argument("--workers", type=int, default=plan.workers, help="processes of the gateway")
    parser.add_argument("--seconds", type=float, default=plan.seconds, help="how long one turn takes")
    parser.add_argument("--rounds", type=int, default=plan.rounds, help="turns of each side, by turns")
    parser.add_argument("--connections", type=int, default=plan.connections, help="callers at a time")
    parser.add_argument("--drivers", type=int, default=plan.drivers, help="processes of our own driver")
    parser.add_argument("--no-wrk", dest="wrk", action="store_false", help="our own driver for everything")
    parser.add_argument("--large", type=int, default=plan.large, metavar="BYTES", help="the size of a large object")
    parser.add_argument("--profile", action="store_true", help="also say which functions took the time; makes everything slower")
    parser.add_argument("--markdown", action="store_true", help="the tables as docs/performance.md has them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
