"""What is told of processes is told of their children too."""

import os
import subprocess
import sys

from tests.bench.processes import Family, machine_cpu

WORK = "import time\nwhile time.process_time() < {}: pass\nprint(flush=True)\ninput()"


def test_a_family_has_used_what_its_living_and_its_dead_have_used() -> None:
    everybody, ours = machine_cpu(), Family(os.getpid()).cpu()
    command = [sys.executable, "-c", WORK.format(0.2)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        alive = Family(child.pid)
        assert alive.cpu() >= 0.19
        assert [each.pid for each in alive.residents()] == [child.pid]
        assert child.pid in [each.pid for each in Family(os.getpid()).residents()]
        assert Family(os.getpid()).cpu() - ours >= 0.19
        child.communicate(b"\n")
    assert Family(os.getpid()).cpu() - ours >= 0.19
    assert machine_cpu() - everybody >= 0.19
