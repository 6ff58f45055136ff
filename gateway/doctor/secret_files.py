"""Who may read the files that hold secrets."""

import stat
from collections.abc import Iterable
from pathlib import Path

from gateway.doctor.finding import Finding, failed, skipped, warned, well

NAME = "secrets"


def modes(files: Iterable[Path]) -> Finding:
    """Their owner, and at most their group: an orchestrator mounts them with mode 0440."""
    found = {path: path.stat().st_mode for path in sorted(files) if path.exists()}
    if open_to_all := [path for path, mode in found.items() if mode & stat.S_IRWXO]:
        return failed(NAME, f"everybody may read or change {_names(open_to_all)}", f"chmod o= {_names(open_to_all)}")
    if changeable := [path for path, mode in found.items() if mode & stat.S_IWGRP]:
        return warned(NAME, f"the group may change {_names(changeable)}", f"chmod g-w {_names(changeable)}")
    if not found:
        return skipped(NAME, "none stands in a file")
    return well(NAME, f"{len(found)} {'file' if len(found) == 1 else 'files'}, closed to others")


def of_trial(data: Path) -> list[Path]:
    """Those of an installation made by `seawall up`, and the directories that keep them from others."""
    secrets = data / "secrets"
    return [data, secrets, data / "weed" / "s3.json", *(secrets.iterdir() if secrets.is_dir() else ())]


def _names(paths: Iterable[Path]) -> str:
    return " ".join(map(str, paths))
