"""Minting SigV4 key pairs."""

import base64
from typing import NamedTuple

from buckets.names import AccessKey
from buckets.ports import Ids


class MintedPair(NamedTuple):
    """A fresh pair; the secret is shown to its owner once and rests sealed."""

    access_key: AccessKey
    secret: str

    def __repr__(self) -> str:
        return f"MintedPair({self.access_key})"


def mint(ids: Ids) -> MintedPair:
    """`SW` and 90 random bits; a secret of 200 random bits, in letters and digits that no shell or URL takes for something else."""
    return MintedPair(AccessKey("SW" + _base32(ids, 18)), _base32(ids, 40))


def _base32(ids: Ids, length: int) -> str:
    """Every five bytes make eight characters, so that none is padding."""
    return base64.b32encode(ids.secret(5 * -(-length // 8))).decode("ascii")[:length]
