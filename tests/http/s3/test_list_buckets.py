"""ListBuckets."""

from typing import Any

import pytest

from tests.factories import values
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import ask

NAMES = [f"cards-{number}" for number in range(5)]


@pytest.fixture
async def shelf(house: House) -> House:
    """With five buckets more, and one of somebody else."""
    await house.tenant("210987654321", "cards-of-others")
    for name in NAMES:
        await house.catalog.create_bucket(values.bucket(house.alice.user, name))
    return house


async def test_everybody_sees_their_own(shelf: House) -> None:
    document = Document(await ask(shelf, "GET", "/"))
    account = values.account()
    assert document.name == "ListAllMyBucketsResult"
    assert document.texts("Buckets/Bucket/Name") == [*NAMES, "photos"]
    assert (document.text("Owner/ID"), document.text("Owner/DisplayName")) == (account.canonical_id, account.name)
    assert document.text("Buckets/Bucket/CreationDate") == "2026-11-21T00:00:00.000Z"
    assert document.text("ContinuationToken") is document.text("Prefix") is document.text("Buckets/Bucket/BucketRegion") is None


async def test_a_page_leads_to_the_next(shelf: House) -> None:
    pages = []
    target = "/?prefix=cards&max-buckets=2"
    while target:
        document = Document(await ask(shelf, "GET", target))
        pages.append(document.texts("Buckets/Bucket/Name"))
        assert (document.text("Prefix"), document.text("Buckets/Bucket/BucketRegion")) == ("cards", "us-east-1")
        token = document.text("ContinuationToken")
        target = f"/?prefix=cards&max-buckets=2&continuation-token={token}" if token else ""
    assert pages == [NAMES[:2], NAMES[2:4], NAMES[4:]]


@pytest.mark.parametrize(("region", "names"), [("us-east-1", [*NAMES, "photos"]), ("eu-west-1", [])])
async def test_every_bucket_is_in_one_region(region: str, names: list[str], shelf: House) -> None:
    assert Document(await ask(shelf, "GET", f"/?bucket-region={region}")).texts("Buckets/Bucket/Name") == names


@pytest.mark.parametrize("query", ["max-buckets=0", "max-buckets=10001", "max-buckets=-1", "max-buckets=1_0", "max-buckets="])
async def test_a_page_has_a_size(query: str, shelf: House) -> None:
    reply = await ask(shelf, "GET", f"/?{query}")
    assert (reply.status, reply.code()) == (400, "InvalidArgument")


async def test_a_token_is_good_for_one_list_of_one_account(shelf: House) -> None:
    token = Document(await ask(shelf, "GET", "/?prefix=cards&max-buckets=2")).text("ContinuationToken") or ""
    other = await shelf.tenant("345678901234", "cards-of-a-third")
    forged = [
        ("/", token),
        ("/?prefix=card", token),
        ("/?prefix=cards", token[:-1]),
        ("/?prefix=cards", ""),
        ("/?prefix=cards", "é"),
    ]
    for target, sent in forged:
        reply = await ask(shelf, "GET", f"{target}{'&' if '?' in target else '?'}continuation-token={sent.replace('é', '%C3%A9')}")
        assert (reply.status, reply.code()) == (400, "InvalidArgument"), (target, sent)
    shelf.alice = other
    assert (await ask(shelf, "GET", f"/?prefix=cards&continuation-token={token}")).code() == "InvalidArgument"


async def test_the_most_common_client_pages_through(shelf: House) -> None:
    def use(s3: Any) -> list[str]:
        pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
        return [bucket["Name"] for page in pages for bucket in page["Buckets"]]

    assert await by_boto(shelf, use) == [*NAMES, "photos"]
