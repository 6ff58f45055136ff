"""The rooms of the house and what each may import; `violations` holds a source against them."""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ("buckets", "seaweedfs", "gateway")
CORE = (
    "buckets",
    "buckets.change",
    "buckets.conditions",
    "buckets.errors",
    "buckets.key_range",
    "buckets.metadata",
    "buckets.model",
    "buckets.names",
    "buckets.policy",
    "buckets.people",
    "buckets.ports",
    "buckets.preferences",
    "buckets.ranges",
    "buckets.scalars",
    "buckets.settings",
    "buckets.tags",
    "buckets.upload_name",
)
FRONT = (*CORE, "gateway.edge", "gateway.wire", "gateway.auth", "aiohttp", "msgspec")

# A module belongs to the longest room that its name begins with, and may import that room and what stands behind it.
ROOMS: dict[str, tuple[str, ...]] = {
    "buckets": (),
    "buckets.defaults": CORE,
    "buckets.service": (*CORE, "buckets.defaults"),
    "buckets.memory": CORE,
    "buckets.catalog": (*CORE, "asyncpg"),
    "buckets.sessions": (*CORE, "redis"),
    "seaweedfs": (*CORE, "aiohttp", "aiobotocore"),
    "gateway": (),
    "gateway.periodic": CORE,
    "gateway.system": CORE,
    "gateway.edge": (*CORE, "aiohttp"),
    "gateway.wire": (*CORE, "aiohttp"),
    "gateway.auth": (*CORE, "gateway.edge", "buckets.service", "jwt", "argon2", "cryptography"),
    "gateway.ingest": (*CORE, "magic", "clamd", "awscrt"),
    "gateway.images": (*CORE, "PIL"),
    "gateway.s3": FRONT,
    "gateway.rest": FRONT,
    "gateway.tus": FRONT,
    "gateway.console": FRONT,
    "gateway.worker": (*CORE, "buckets.service", "gateway.wire", "aiohttp", "standardwebhooks"),
    "gateway.seed": (*CORE, "buckets.service", "buckets.defaults", "gateway.auth"),
    "gateway.embedded": (*CORE, "asyncpg", "redis"),
    "gateway.observe": (*CORE, "prometheus_client", "structlog", "opentelemetry", "aiohttp"),
    "gateway.config": CORE,
    "gateway.doctor": (*CORE, "buckets.catalog", "buckets.sessions", "seaweedfs", "gateway.config"),
    "gateway.processes": (*CORE, "gateway.edge.listen", "gateway.observe.figure_files"),
    "gateway.serve": (*CORE, "gateway.edge", "gateway.build", "gateway.observe", "aiohttp"),
    "gateway.build": ("*",),
    "gateway.cli": ("*",),
}
# `gateway.config` assembles the settings that each room owns.
EVERYBODY_S_SETTINGS = ("gateway.config", ".settings")
# The one place that knows every concrete class is known to few.
BUILDERS = ("gateway.build", ("gateway.serve", "gateway.cli"))
# Outbound connections only: a store that could serve HTTP would be a second front.
NO_SERVER = ("seaweedfs", "aiohttp.web")


@dataclass(frozen=True)
class Violation:
    """One import that a room may not have."""

    module: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} may not import {self.imported}"


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the house by its dotted name."""
    for top in HOUSE:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def violations(module: str, source: str) -> list[Violation]:
    return [Violation(module, name, line) for name, line in _imports(ast.parse(source)) if not _may(module, name)]


def room_of(module: str) -> str:
    return max((room for room in ROOMS if _inside(module, room)), key=len)


def _may(module: str, imported: str) -> bool:
    top = imported.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    if _inside(imported, BUILDERS[0]):
        return any(_inside(module, room) for room in (BUILDERS[0], *BUILDERS[1]))
    if _inside(module, NO_SERVER[0]) and _inside(imported, NO_SERVER[1]):
        return False
    room = room_of(module)
    allowed = ROOMS[room]
    return "*" in allowed or _own(room, imported) or _listed(imported, allowed) or _settings(room, imported)


def _own(room: str, imported: str) -> bool:
    """A room's own files; for the core these are its root files and the model, not the rooms inside."""
    if room in ("buckets", "gateway"):
        return _listed(imported, CORE if room == "buckets" else ())
    return _inside(imported, room) and room_of(imported) == room


def _listed(imported: str, allowed: Iterable[str]) -> bool:
    return any(imported == name if name == "buckets" else _inside(imported, name) for name in allowed)


def _settings(room: str, imported: str) -> bool:
    return room == EVERYBODY_S_SETTINGS[0] and f"{imported}.".partition(EVERYBODY_S_SETTINGS[1] + ".")[1] != ""


def _inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every import, wherever it stands: in a function, under TYPE_CHECKING, or by name through importlib."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((name, node.lineno) for name in _from(node))
        elif isinstance(node, ast.Call) and _callee(node) in ("import_module", "__import__"):
            argument = node.args[0] if node.args else None
            yield (str(argument.value) if isinstance(argument, ast.Constant) else "a computed name"), node.lineno


def _from(node: ast.ImportFrom) -> Iterator[str]:
    module = "." * node.level + (node.module or "")
    if module in ("buckets", "gateway", "seaweedfs", "aiohttp", "buckets.catalog"):
        yield from (f"{module}.{alias.name}" for alias in node.names)
    else:
        yield module


def _callee(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
