"""Reads are on record as far as their bucket says, whatever became of them."""

from dataclasses import replace

import pytest

from buckets.model.account import Role
from buckets.model.audit import Entry, Kind, Result
from buckets.model.bucket import AuditReads
from tests.http.house import House
from tests.http.rest.talk import rule, speaking_as
from tests.http.wire import ask


async def reads(house: House, requests: int) -> list[Entry]:
    """What is on record, once so many requests are over."""
    await house.over(requests)
    return house.catalog.reads


async def test_a_read_is_on_record_with_all_that_is_known_of_it(house: House) -> None:
    await ask(house, "PUT", "/photos/letters/a", body=b"hello")
    await ask(house, "GET", "/photos/letters/a", headers=[("User-Agent", "curl/8")])
    [entry] = await reads(house, 2)
    head, alice = house.head("letters/a"), house.alice.user
    assert head is not None
    deed, doer = entry.deed, entry.doer
    assert (entry.kind, deed.account, deed.action, deed.bucket, deed.key) == (
        Kind.READ,
        alice.account,
        "get_object",
        "photos",
        "letters/a",
    )
    assert (deed.version, deed.result, deed.reason, deed.size) == (head.version, Result.DONE, None, 5)
    assert (doer.actor, doer.on_behalf_of, doer.address, doer.agent) == (alice.id, None, "127.0.0.1", "curl/8")
    assert doer.credential is not None
    assert len(doer.request_id) == 16
    assert entry.duration_ms is not None


@pytest.mark.parametrize("target", ["/photos/a", "/v1/objects/photos/a"])
async def test_every_front_is_recorded_alike(house: House, target: str) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    await ask(house, "HEAD", target)
    await ask(house, "GET", target, headers=[("Range", "bytes=1-2")])
    await ask(house, "GET", target, headers=[("If-None-Match", "*")])
    found = await reads(house, 4)
    assert [(each.deed.action, each.deed.result, each.deed.size) for each in found] == [
        ("head_object", "done", 0),
        ("get_object", "done", 2),
        ("get_object", "done", 0),
    ]


async def test_what_was_refused_is_on_record_with_its_reason(house: House) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    assert (await ask(house, "GET", "/photos/none")).status == 404
    assert (await ask(house, "GET", "/photos/a", headers=[("Range", "bytes=9-")])).status == 416
    assert (await ask(house, "GET", "/nowhere/a")).status == 404
    found = await reads(house, 4)
    assert [(each.deed.bucket, each.deed.key, each.deed.reason, each.deed.version) for each in found] == [
        ("photos", "none", "NoSuchObject", None),
        ("photos", "a", "RangeNotSatisfiable", None),
        ("nowhere", "a", "NoSuchBucket", None),
    ]
    assert {each.deed.result for each in found} == {Result.REFUSED}


async def test_whoever_reaches_for_what_is_another_s_is_on_record_in_its_own_account_only(house: House) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    stranger = await house.tenant("210987654321", "theirs", Role.USER)
    with speaking_as(house, stranger):
        assert (await ask(house, "GET", "/v1/objects/photos/a")).status == 404
    [entry] = await reads(house, 2)
    assert (entry.deed.account, entry.deed.result, entry.doer.actor) == ("210987654321", Result.REFUSED, stranger.user.id)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(AuditReads.ALL, ["done", "refused"]), (AuditReads.DENIED, ["refused"]), (AuditReads.OFF, [])],
)
async def test_a_bucket_says_which(house: House, said: AuditReads, expected: list[str]) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    rule(house, audit_reads=said)
    await ask(house, "GET", "/photos/a")
    await ask(house, "GET", "/photos/none")
    assert [each.deed.result for each in await reads(house, 3)] == expected


async def test_what_the_service_could_not_do_has_failed(house: House) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    [version] = house.catalog.versions.values()
    assert version.head is not None
    first = version.head.first
    assert first is not None
    version.head = replace(version.head, first=replace(first, locator="nowhere"))
    assert (await ask(house, "GET", "/photos/a")).status == 503
    [entry] = await reads(house, 2)
    assert (entry.deed.result, entry.deed.reason) == (Result.FAILED, "BlobMissing")


async def test_writes_and_lists_are_no_reads(house: House) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    await ask(house, "GET", "/photos")
    await ask(house, "DELETE", "/photos/a")
    assert await reads(house, 3) == []


async def test_who_is_nobody_leaves_no_line(house: House) -> None:
    await ask(house, "GET", "/photos/a", headers=[("Authorization", "Bearer nobody")])
    assert await reads(house, 1) == []
