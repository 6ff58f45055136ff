"""wrk, where it is installed: it costs less than our own driver, and others can repeat what it does."""

import json
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Driver, Load, Outcome, WrongAnswer

_THREADS = 2
_SCRIPT = """
local heads = {{
{heads}
}}
local threads = 0
function setup(thread)
  thread:set("at", math.floor(threads * #heads / {threads}))
  threads = threads + 1
end
function request()
  at = at % #heads + 1
  return heads[at]
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\nsummary {{"answers": %d, "micros": %d, "bytes": %d, "p50": %d, "p99": %d, "wrong": %d}}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Wrk:
    """GETs with a body, for whole seconds; whatever else is asked goes to the other driver."""

    binary: str
    scratch: Path
    other: Driver

    def drive(self, load: Load) -> Outcome:
        if load.sent or load.silent or load.statuses != (200,) or load.size is None or load.seconds is None or load.seconds < 1:
            return self.other.drive(load)
        before = _children()
        said = self._run(load)
        found = json.loads(re.findall(r"^summary (.*)$", said, re.MULTILINE)[-1])
        if found["wrong"] or not found["answers"] or found["bytes"] < found["answers"] * load.size:
            raise WrongAnswer(f"wrk counted other answers than 200 with {load.size} bytes: {' '.join(said.split())}")
        seconds = found["micros"] / 1e6
        busy = (_children() - before) / seconds / _threads(load)
        # wrk keeps no single times: so many of each that both percentiles come out again
        spread = [found["p50"] / 1e6] * 98 + [found["p99"] / 1e6] * 2
        return Outcome(answers=found["answers"], seconds=seconds, busy=busy, latencies=spread)

    def _run(self, load: Load) -> str:
        script = self.scratch / "requests.lua"
        script.write_text(_SCRIPT.format(heads="\n".join(_lua(load)), threads=_threads(load)), "ascii")
        shape = [f"-t{_threads(load)}", f"-c{load.connections}", f"-d{round(load.seconds or 1)}s", "--timeout", "10s"]
        command = [self.binary, *shape, "-s", str(script), f"http://{load.host}:{load.port}"]
        return subprocess.run(command, text=True, capture_output=True, check=True, timeout=(load.seconds or 0) + 60).stdout


def with_wrk(scratch: Path, other: Driver) -> Driver:
    """wrk, or the other driver where there is none."""
    binary = shutil.which("wrk")
    return Wrk(binary, scratch, other) if binary else other


def _threads(load: Load) -> int:
    return min(_THREADS, load.connections)


def _lua(load: Load) -> Iterator[str]:
    """JSON's strings of plain ASCII are Lua's."""
    return (f"{json.dumps(head.decode('ascii'))}," for head in load.heads)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
