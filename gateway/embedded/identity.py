"""Who a server runs as. PostgreSQL refuses uid 0, so root needs a way to be somebody else.

1. Not root: as ourselves.
2. Root where user namespaces are allowed: mapped to uid 1000 inside a namespace of its own. Files stay owned by root, so no user is
   created, nothing is handed over and a closed home directory is no obstacle.
3. Root without namespaces, as in many containers: as an existing unprivileged user. It must be let into the data directory, and can
   only go where that user can.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.problems import StartupProblem

_SOMEBODY_ELSE = ("postgres", "nobody")
_MAPPING = ("--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The user a server runs as, and the way to become that user. `uid` is the owner of its files as seen from outside."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    switched: bool = False

    def reaches(self, path: Path) -> bool:
        """Whether this user can execute a program or enter a directory; found by trying, as modes do not tell the whole story."""
        return self == ourselves() or _succeeds([tool("test"), "-x", str(path)], self)

    def let_in(self, directory: Path, permissions: int) -> None:
        """Open a directory to this user's group when the user cannot enter it, and to nobody else."""
        if self.reaches(directory):
            return
        os.chown(directory, -1, self.gid)
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | permissions)
        if not self.reaches(directory):
            raise StartupProblem(
                f"{directory} is out of reach for PostgreSQL, which refuses to run as root: "
                "choose a data directory outside of private homes, or run Seawall as a normal user."
            )

    def adopt(self, tree: Path) -> None:
        """Make this user the owner of a tree, which a start under another identity may have left to someone else."""
        if tree.lstat().st_uid == self.uid:
            return
        if os.geteuid() != 0:
            raise StartupProblem(
                f"{tree} belongs to uid {tree.lstat().st_uid}: run as that user, or choose another data directory."
            )
        for parent, _, files in os.walk(tree, topdown=False):
            for name in files:
                os.chown(Path(parent, name), self.uid, self.gid, follow_symlinks=False)
            os.chown(parent, self.uid, self.gid, follow_symlinks=False)


def ourselves() -> Identity:
    """The user that we are."""
    return Identity(uid=os.geteuid(), gid=os.getegid())


def unprivileged(*, namespaces: bool | None = None) -> Identity:
    """The user for a server that refuses root; `namespaces` says whether to use them instead of finding out."""
    if os.geteuid() != 0:
        return ourselves()
    mapped = Identity(uid=0, gid=0, prefix=(tool("unshare"), *_MAPPING))
    if namespaces is None:
        namespaces = _succeeds([tool("true")], mapped)
    return mapped if namespaces else _somebody_else()


def tool(name: str) -> str:
    """A program of util-linux or coreutils, which every Linux distribution has."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{os.defpath}:/usr/sbin:/sbin")
    if path is None:
        raise StartupProblem(f"The program `{name}` is missing: install util-linux and coreutils.")
    return path


def _somebody_else() -> Identity:
    for name in _SOMEBODY_ELSE:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)
    raise StartupProblem("PostgreSQL refuses to run as root and there is no user `nobody`: run Seawall as a normal user.")


def _succeeds(command: list[str], identity: Identity) -> bool:
    user, group = (identity.uid, identity.gid) if identity.switched else (None, None)
    groups: list[int] | None = [] if identity.switched else None
    result = subprocess.run(  # noqa: S603 - our own words only
        [*identity.prefix, *command],
        user=user,
        group=group,
        extra_groups=groups,
        capture_output=True,
        check=False,
        cwd="/",
        timeout=10,
    )
    return result.returncode == 0
