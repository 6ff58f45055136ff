"""The first credentials: minted once, kept beside the data for whoever owns it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from buckets import ports
from buckets.model.account import User
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import CredentialId
from buckets.ports import Ids
from gateway.auth import keys, tokens
from gateway.auth.seal import Seal
from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import write_private


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the first caller needs."""

    access_key: str
    secret_key: str
    api_key: str


async def first_credentials(file: Path | None, *, catalog: ports.Credentials, owner: User, ids: Ids, seal: Seal) -> Credentials:
    """Those in the file, or fresh ones: at the first start, and when the file was lost."""
    known = _read(file) if file else None
    fresh = known or await minted("first", catalog=catalog, user=owner, ids=ids, seal=seal)
    if file and not known:
        write_private(file, json.dumps(asdict(fresh)))
    return fresh


def _read(file: Path) -> Credentials | None:
    try:
        return Credentials(**json.loads(file.read_text("utf-8"))) if file.exists() else None
    except (OSError, ValueError, TypeError) as error:
        raise StartupProblem(f"{file} cannot be read: remove it, and the next start makes new credentials.") from error


async def minted(name: str, *, catalog: ports.Credentials, user: User, ids: Ids, seal: Seal) -> Credentials:
    """A fresh key of each kind for a user, by what they are to be called."""
    pair, token = keys.mint(ids), tokens.mint(ids)
    await catalog.add_key_pair(
        KeyPair(
            id=CredentialId(ids.uuid7()),
            account=user.account,
            owner=user.id,
            role=user.role,
            access_key=pair.access_key,
            sealed_secret=seal.seal(pair.secret, pair.access_key),
        ),
        name=f"{name} key pair",
    )
    await catalog.add_api_key(
        ApiKey(
            id=CredentialId(ids.uuid7()),
            account=user.account,
            owner=user.id,
            role=user.role,
            token_hash=token.token_hash,
            prefix=token.prefix,
        ),
        name=f"{name} API key",
    )
    return Credentials(pair.access_key, pair.secret, token.token)
