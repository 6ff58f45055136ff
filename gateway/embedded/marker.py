"""What a data directory was made with, so that nobody starts it with something else and finds it empty."""

import json
from pathlib import Path

from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import write_private

_FORMAT = 1


def claim(root: Path, *, store: str) -> None:
    """Remember the store at the first start; StartupProblem when the directory remembers another."""
    marker = root / "seawall.json"
    if not marker.exists():
        write_private(marker, json.dumps({"format": _FORMAT, "store": store}))
        return
    made = _read(marker)
    if made.get("format") != _FORMAT:
        raise StartupProblem(f"{root} was made by another version of Seawall: use that version, or choose another data directory.")
    if made.get("store") != store:
        raise StartupProblem(
            f"{root} was made with the store {made.get('store')}, not {store}: start it with --store {made.get('store')},"
            " or choose another data directory."
        )


def _read(marker: Path) -> dict[str, object]:
    try:
        made = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartupProblem(f"{marker} cannot be read: restore it, or choose another data directory.") from error
    return made if isinstance(made, dict) else {}
