"""Sealing: secrets that we must be able to read again rest encrypted, and the key is not kept beside them."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from buckets.errors import BrokenSetting, SealBroken
from buckets.names import AccessKey
from buckets.ports import Ids

_KEY = 32
_FORMAT = b"\x01"
_NONCE = 12


class Seal:
    """AES-256-GCM. A sealed secret opens only for the access key it was sealed for."""

    def __init__(self, key: bytes, *, ids: Ids) -> None:
        if len(key) != _KEY:
            raise BrokenSetting(f"the seal key must have {_KEY} bytes")
        self._cipher = AESGCM(key)
        self._ids = ids

    def seal(self, secret: str, access_key: AccessKey) -> bytes:
        """A format byte, a nonce, then the secret with its tag."""
        nonce = self._ids.secret(_NONCE)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, secret.encode(), access_key.encode())

    def unseal(self, sealed: bytes, access_key: AccessKey) -> str:
        """Raises SealBroken when it was sealed otherwise, under another key or for another access key."""
        start = len(_FORMAT) + _NONCE
        if not sealed.startswith(_FORMAT) or len(sealed) < start:
            raise SealBroken(access_key)
        try:
            return self._cipher.decrypt(sealed[len(_FORMAT) : start], sealed[start:], access_key.encode()).decode()
        except InvalidTag as error:
            raise SealBroken(access_key) from error
