"""`python -m tests.acceptance.large 5`: what an object of so many GiB costs in memory, on both surfaces. To be run by hand."""

import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.fronts import Front, Json, fronts, lift_limits
from tests.acceptance.resident import Resident
from tests.acceptance.stack import up
from tests.acceptance.transfers import Download, Transfer, Upload, delete, growth

MIB, GIB = 1 << 20, 1 << 30


def main(gibibytes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="seawall-large-") as scratch, up(Path(scratch) / "data") as stack:
        lift_limits(stack)
        resident = Resident(stack.process.pid)
        print(f"{'ready':16} {resident.now() / MIB:8.1f} MiB resident")  # noqa: T201
        for front in fronts(stack):
            _both_ways(resident, front, gibibytes)
            delete(Json(stack), "large")
        print(f"{'afterwards':16} {resident.settled() / MIB:8.1f} MiB resident")  # noqa: T201


def _both_ways(resident: Resident, front: Front, gibibytes: int) -> None:
    for verb, transfer in ("PUT", Upload(front, "large", gibibytes * GIB)), ("GET", Download(front, "large", gibibytes * GIB)):
        _measure(resident, f"{verb} {gibibytes} GiB, {front.name}", transfer, gibibytes)


def _measure(resident: Resident, what: str, transfer: Transfer, gibibytes: int) -> None:
    began = time.perf_counter()
    cost = growth(resident, [transfer], pause_after=64 * MIB)
    rate = gibibytes * 1024 / (time.perf_counter() - began)
    print(f"{what:16} +{cost.paused / MIB:.1f} MiB while paused, +{cost.peak / MIB:.1f} MiB at most, {rate:.0f} MiB/s")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
