"""AWS's published example of a presigned request."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from buckets.errors import PresignExpired
from buckets.names import AccessKey
from gateway.auth.keys import MintedPair
from gateway.auth.sigv4.canonical import SignedRequest, canonical_request
from gateway.auth.sigv4.payload import Payload
from gateway.auth.sigv4.presign import Presigned
from tests.unit.auth.gate import Gate

VECTORS = json.loads((Path(__file__).parents[2] / "golden" / "sigv4_query.json").read_text())
PAIR = MintedPair(AccessKey(VECTORS["access_key"]), VECTORS["secret"])
examples = pytest.mark.parametrize("example", VECTORS["examples"], ids=lambda example: example["name"])


def request_of(example: dict[str, Any]) -> SignedRequest:
    headers = [(name, value) for name, value in example["headers"]]
    return SignedRequest(example["method"], example["path"].encode(), example["query"].encode(), headers)


@examples
def test_the_canonical_request_is_the_published_one(example: dict[str, Any]) -> None:
    request = request_of(example)
    presigned = Presigned.parse(request)
    payload = Payload.parse(presigned.payload(request))
    canonical = canonical_request(presigned.covered(request), presigned.authorization.signed_headers, payload)
    assert canonical.decode().split("\n") == example["canonical_request"]
    assert hashlib.sha256(canonical).hexdigest() == example["canonical_sha256"]


@examples
@pytest.mark.parametrize("when", ["at", "expires"])
async def test_the_published_signature_is_accepted_until_it_expires(example: dict[str, Any], when: str) -> None:
    gate = Gate(PAIR, now=datetime.fromisoformat((VECTORS | example)[when]))
    accepted = await gate.accepts(request_of(example))
    assert (accepted.caller, accepted.payload) == (gate.caller, Payload(None))


@examples
async def test_the_published_signature_is_refused_from_then_on(example: dict[str, Any]) -> None:
    expires = datetime.fromisoformat(example["expires"])
    fault = await Gate(PAIR, now=expires + timedelta(seconds=1)).refuses(request_of(example))
    assert isinstance(fault, PresignExpired)
    assert (fault.expires, fault.now) == (expires, expires + timedelta(seconds=1))
