"""What is asked of docker-compose.yml: the part of the compose specification that it uses, and the rules of this house."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # its stubs are a package of their own

from tests.architecture.deployment import ROOT

Tree = Mapping[str, Any]

ON_OUTSIDE = {"gateway", "prometheus", "clamd"}
_PINNED = re.compile(r"[\w./-]+:v?\d+\.\d[\w.-]*(?:@sha256:[0-9a-f]{64})?")
_DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
_SIZE = {"type": "string", "pattern": r"^\d+[kmg]$"}
_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def _closed(properties: Tree, *required: str) -> Tree:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": list(required)}


def _each(value: Tree) -> Tree:
    return {"type": "object", "additionalProperties": value}


_HEALTH = _closed(
    {
        "test": {**_TEXTS, "items": [{"enum": ["CMD", "CMD-SHELL"]}], "minItems": 2},
        "interval": _DURATION,
        "timeout": _DURATION,
        "start_period": _DURATION,
        "retries": {"type": "integer", "minimum": 1},
    },
    "test",
    "interval",
    "timeout",
    "start_period",
    "retries",
)
_SERVICE = _closed(
    {
        "image": {"type": "string"},
        "build": _closed({"context": {"type": "string"}, "dockerfile": {"type": "string"}}, "context", "dockerfile"),
        "profiles": _TEXTS,
        "entrypoint": _TEXTS,
        "command": _TEXTS,
        "environment": _each({"type": "string"}),
        "user": {"type": "string", "pattern": r"^\d+:\d+$"},
        "init": {"const": True},
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "pids_limit": {"type": "integer"},
        "mem_limit": _SIZE,
        "shm_size": _SIZE,
        "restart": {"enum": ["no", "unless-stopped"]},
        "stop_grace_period": _DURATION,
        "tmpfs": {**_TEXTS, "items": {"type": "string", "pattern": r"^/[\w/.-]+:size=\d+m$"}},
        "volumes": _TEXTS,
        "networks": _TEXTS,
        "ports": _TEXTS,
        "depends_on": _each(_closed({"condition": {"enum": ["service_healthy", "service_completed_successfully"]}}, "condition")),
        "healthcheck": {"oneOf": [_HEALTH, _closed({"disable": {"const": True}}, "disable")]},
        "logging": _closed({"driver": {"const": "json-file"}, "options": _each({"type": "string"})}, "driver", "options"),
    },
    *("image", "user", "init", "read_only", "cap_drop", "security_opt", "pids_limit", "mem_limit", "restart", "stop_grace_period"),
    *("tmpfs", "networks", "healthcheck", "logging"),
)
SCHEMA = {
    **_closed(
        {
            "name": {"type": "string"},
            "services": _each(_SERVICE),
            "networks": _each(_closed({"internal": {"type": "boolean"}})),
            "volumes": _each(_closed({})),
        },
        *("name", "services", "networks", "volumes"),
    ),
    "patternProperties": {"^x-": {}},
}


def violations(tree: Tree) -> list[str]:
    """Everything that is wrong, a sentence each."""
    found = [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in Draft7Validator(SCHEMA).iter_errors(tree)]
    return found or [*_volumes(tree), *_networks(tree), *(said for name in tree["services"] for said in _service(tree, name))]


def mounts(service: Tree) -> list[tuple[str, PurePosixPath, str]]:
    """What is mounted where, and how."""
    return [
        (source, PurePosixPath(target), rights)
        for source, target, rights in (f"{volume}:".split(":")[:3] for volume in service.get("volumes", []))
    ]


def _service(tree: Tree, name: str) -> Iterator[str]:
    service = tree["services"][name]
    if not _PINNED.fullmatch(service["image"]):
        yield f"{name}: {service['image']} is not pinned"
    if service["user"].startswith("0:"):
        yield f"{name} runs as root"
    if _passes(service) != (service["restart"] == "no"):
        yield f"{name} is started again though it ends, or is not though it stays"
    for other, how in service.get("depends_on", {}).items():
        passes = how["condition"] == "service_completed_successfully"
        if other not in tree["services"] or passes != _passes(tree["services"][other]):
            yield f"{name} waits for what {other} never does"
    for port in service.get("ports", []):
        host, inside = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", port).rsplit(":", 2)[::2]
        if host != "127.0.0.1" or int(inside) < 1024:
            yield f"{name} publishes {port}: beyond loopback, or from a privileged port"


def _passes(service: Tree) -> bool:
    return "disable" in service["healthcheck"]


def _volumes(tree: Tree) -> Iterator[str]:
    used = [(name, *mount) for name, service in tree["services"].items() for mount in mounts(service)]
    for name, source, _, rights in used:
        if source.startswith("./"):
            if not (ROOT / source).is_file() or rights != "ro":
                yield f"{name} mounts {source}, which is not there or can be written to"
        elif source not in tree["volumes"]:
            yield f"{name} mounts {source}, which is no volume"
    yield from (f"nobody uses the volume {volume}" for volume in tree["volumes"].keys() - {source for _, source, _, _ in used})


def _networks(tree: Tree) -> Iterator[str]:
    for name, service in tree["services"].items():
        if set(service["networks"]) != ({"inside", "outside"} if name in ON_OUTSIDE else {"inside"}):
            yield f"{name} is on {service['networks']}"
    if tree["networks"] != {"inside": {"internal": True}, "outside": {}}:
        yield "the inner network leads elsewhere"
