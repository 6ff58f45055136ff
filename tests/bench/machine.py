"""On what it was measured: without that no figure means anything."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg

from gateway.embedded.binaries import find_postgres, find_valkey


def machine() -> str:
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} x {name}, {memory:.0f} GB, {platform.system()} {platform.release()}"


def versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in _versions())


def _versions() -> Iterator[tuple[str, str]]:
    yield "Python", platform.python_version()
    for package in ("aiohttp", asyncpg.__name__):
        yield package, importlib.metadata.version(package)
    yield "PostgreSQL", _said([find_postgres().program("postgres"), "--version"], r"(\d+\.\d+)")
    yield "Valkey", _said([str(find_valkey()), "--version"], r"v=(\S+)")
    for program, arguments, pattern in (("weed", ["version"], r"(\d+\.\d+)"), ("wrk", ["--version"], r"wrk (?:debian/)?(\S+)")):
        if found := shutil.which(program):
            yield program, _said([found, *arguments], pattern)


def _said(command: Sequence[str], pattern: str) -> str:
    """wrk tells its version and fails."""
    ended = subprocess.run(command, text=True, capture_output=True, check=False, timeout=30)
    found = re.search(pattern, ended.stdout + ended.stderr)
    return found[1] if found else "?"
