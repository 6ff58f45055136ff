"""What a data directory was made with, so that nobody starts it with something else and finds it empty."""

import json
from pathlib import Path

from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import write_private

_FORMAT = 1


def claim(root: Path, *, store: str) -> None:
    """Remember the store at the first start; StartupProblem when the directory remembers another."""
    if not _marker(root).exists():
        write_private(_marker(root), json.dumps({"format": _FORMAT, "store": store}))
        return
    made = remembered(root)
    if made != store:
        raise StartupProblem(
            f"{root} was made with the store {made}, not {store}: start it with --store {made}, or choose another data directory."
        )


def remembered(root: Path) -> str:
    """The store that a directory was made with; StartupProblem when it was not made by this version, or not at all."""
    if not _marker(root).exists():
        raise StartupProblem(f"Nothing was made in {root} yet: `seawall up --data {root}` does it.")
    made = _read(_marker(root))
    if made.get("format") != _FORMAT:
        raise StartupProblem(f"{root} was made by another version of Seawall: use that version, or choose another data directory.")
    return str(made.get("store"))


def _marker(root: Path) -> Path:
    return root / "seawall.json"


def _read(marker: Path) -> dict[str, object]:
    try:
        made = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartupProblem(f"{marker} cannot be read: restore it, or choose another data directory.") from error
    return made if isinstance(made, dict) else {}
