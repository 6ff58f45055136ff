"""The keys of seeded users, in a file for whoever seeds: each user has some that work, and they are minted once."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from buckets.errors import ClientFault
from buckets.model.account import Caller, User
from buckets.names import AccessKey
from gateway.auth.tokens import parse_bearer
from gateway.build import House
from gateway.cli.credentials import minted
from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import write_private


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Users of other installations, and of other seeds, may stand in it too."""

    path: Path
    house: House

    async def callers(self, users: Sequence[User]) -> Sequence[Caller]:
        """Who each user is by its key. A run that is cut short loses the keys of one user at most, who gets others."""
        known = self._read()
        self._write(known)  # a file that cannot be written is no place for keys that were minted already
        return [await self._known(known, user) or await self._fresh(known, user) for user in users]

    async def _known(self, known: dict[str, Any], user: User) -> Caller | None:
        """By the keys in the file, if both of them still open the house for this user."""
        try:
            keys = known[str(user.id)]
            bearer = await self.house.catalog.find_api_key(parse_bearer(f"Bearer {keys['api_key']}"))
            pair = await self.house.catalog.find_key_pair(AccessKey(keys["access_key"]))
        except (KeyError, TypeError, ClientFault):
            return None
        return bearer.caller if bearer and pair and bearer.owner == pair.owner == user.id else None

    async def _fresh(self, known: dict[str, Any], user: User) -> Caller:
        house = self.house
        keys = await minted("sample", catalog=house.catalog, user=user, ids=house.ids, seal=house.seal)
        known[str(user.id)] = {"name": user.name, "role": user.role, **asdict(keys)}
        self._write(known)
        found = await house.catalog.find_api_key(parse_bearer(f"Bearer {keys.api_key}"))
        if found is None:
            raise StartupProblem(f"The user {user.name} is not active: seed with another --seed.")
        return found.caller

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        except (OSError, ValueError) as error:
            raise StartupProblem(f"{self.path} cannot be read: remove it, and fresh keys are made.") from error
        if not isinstance(found, dict):
            raise StartupProblem(f"{self.path} holds no keys: name another file with --credentials.")
        return found

    def _write(self, known: dict[str, Any]) -> None:
        try:
            write_private(self.path, json.dumps(known, indent=2) + "\n")
        except OSError as error:
            raise StartupProblem(
                f"{self.path} cannot be written ({error.strerror}): name another file with --credentials."
            ) from error
