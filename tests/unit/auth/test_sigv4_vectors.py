"""AWS's published examples of requests signed in their headers."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from buckets.names import AccessKey
from gateway.auth.keys import MintedPair
from gateway.auth.sigv4.authorization import Authorization
from gateway.auth.sigv4.canonical import SignedRequest, canonical_request
from gateway.auth.sigv4.credential import Scope
from gateway.auth.sigv4.payload import Payload
from gateway.auth.sigv4.signing import SigningKeys
from tests.unit.auth.gate import Gate

VECTORS = json.loads((Path(__file__).parents[2] / "golden" / "sigv4_header.json").read_text())
PAIR = MintedPair(AccessKey(VECTORS["access_key"]), VECTORS["secret"])
examples = pytest.mark.parametrize("example", VECTORS["examples"], ids=lambda example: example["name"])


def request_of(example: dict[str, Any]) -> SignedRequest:
    headers = [(name, value) for name, value in example["headers"]]
    return SignedRequest(example["method"], example["path"].encode(), example["query"].encode(), headers)


def test_the_signing_key_is_the_published_one() -> None:
    scope = Scope("20130524", VECTORS["region"], VECTORS["service"])
    assert SigningKeys().key(VECTORS["secret"], scope).hex() == VECTORS["signing_key"]


@examples
def test_the_canonical_request_is_the_published_one(example: dict[str, Any]) -> None:
    request = request_of(example)
    authorization = Authorization.parse(request.value("authorization") or "")
    canonical = canonical_request(request, authorization.signed_headers, Payload.parse(example["sha256"]))
    assert canonical.decode().split("\n") == example["canonical_request"]
    assert hashlib.sha256(canonical).hexdigest() == example["canonical_sha256"]


@examples
async def test_the_published_signature_is_accepted(example: dict[str, Any]) -> None:
    gate = Gate(PAIR, now=datetime.fromisoformat(VECTORS["at"]))
    accepted = await gate.accepts(request_of(example))
    assert accepted.caller == gate.caller
    assert accepted.payload == Payload(bytes.fromhex(example["sha256"]))
