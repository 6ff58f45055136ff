"""Hostile names by the most common client: whatever a key holds, it goes through every operation unchanged."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.factories.hostile_names import KEYS as ON_THE_WIRE
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import ask

KEYS = [
    *ON_THE_WIRE,
    "a%2Fb",
    "%252F",
    "a?versionId=1",
    "a&#13;b",
    "\r",
    "\n",
    " ",
    " a ",
    "\u2028",
    "\x7f\x85",
    "\ufeffa",
    "\u202egpj.exe",
    "\U0010ffff",
    "a'; DROP TABLE objects; --",
    "$(touch a)`",
    "[a]{b}*?",
    "https://storage.example/photos/a",
    "CON",
    "語" * 341,
]
ORDERED = sorted(set(KEYS), key=str.encode)


def _put(s3: Any) -> None:
    for key in ORDERED:
        s3.put_object(Bucket="photos", Key=key, Body=key.encode(), Metadata={"length": str(len(key))})


@pytest.fixture
async def full(house: House) -> House:
    await by_boto(house, _put)
    assert sorted(house.keys, key=str.encode) == ORDERED
    return house


class TestEveryKey:
    async def test_is_read_and_asked_about(self, full: House) -> None:
        def use(s3: Any) -> Iterator[tuple[bytes, int, str]]:
            for key in ORDERED:
                got = s3.get_object(Bucket="photos", Key=key)
                head = s3.head_object(Bucket="photos", Key=key)
                yield got["Body"].read(), head["ContentLength"], head["Metadata"]["length"]

        told = await by_boto(full, lambda s3: list(use(s3)))
        assert told == [(key.encode(), len(key.encode()), str(len(key))) for key in ORDERED]

    @pytest.mark.parametrize("page", [1000, 1])
    @pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
    async def test_is_listed(self, operation: str, page: int, full: House) -> None:
        """The client asks for names in the encoding of URLs, and decodes them."""

        def use(s3: Any) -> list[str]:
            pages = s3.get_paginator(operation).paginate(Bucket="photos", PaginationConfig={"PageSize": page})
            return [entry["Key"] for each in pages for entry in each["Contents"]]

        assert await by_boto(full, use) == ORDERED

    @pytest.mark.parametrize("query", ["", "list-type=2"])
    async def test_is_listed_as_it_is(self, query: str, full: House) -> None:
        """`\\r` and the like as references: bare, a parser would read something else."""
        assert Document(await ask(full, "GET", f"/photos?{query}")).texts("Contents/Key") == ORDERED

    async def test_is_a_prefix_and_a_place_to_begin_at(self, full: House) -> None:
        def use(s3: Any) -> Iterator[tuple[str, str]]:
            for key in ORDERED:
                found = s3.list_objects_v2(Bucket="photos", Prefix=key, MaxKeys=1)
                behind = s3.list_objects_v2(Bucket="photos", StartAfter=key, MaxKeys=1)
                assert (found["Prefix"], behind["StartAfter"]) == (key, key)
                yield found["Contents"][0]["Key"], behind["Contents"][0]["Key"] if behind["KeyCount"] else ""

        assert await by_boto(full, lambda s3: list(use(s3))) == list(zip(ORDERED, [*ORDERED[1:], ""], strict=True))

    async def test_makes_a_folder(self, full: House) -> None:
        def use(s3: Any) -> tuple[list[str], list[str]]:
            pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="photos", Delimiter="/"))
            folders = [folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", [])]
            return folders, [entry["Key"] for page in pages for entry in page.get("Contents", [])]

        folders, keys = await by_boto(full, use)
        assert keys == [key for key in ORDERED if "/" not in key]
        assert folders == sorted({key[: key.index("/") + 1] for key in ORDERED if "/" in key}, key=str.encode)

    async def test_is_copied_and_is_copied_onto(self, full: House) -> None:
        def use(s3: Any) -> Iterator[bytes]:
            for number, key in enumerate(ORDERED):
                s3.copy_object(Bucket="photos", Key=f"copy-{number}", CopySource={"Bucket": "photos", "Key": key})
                s3.copy_object(Bucket="photos", Key=key, CopySource=f"photos/copy-{number}")
                yield s3.get_object(Bucket="photos", Key=key)["Body"].read()

        assert await by_boto(full, lambda s3: list(use(s3))) == [key.encode() for key in ORDERED]

    async def test_is_deleted(self, full: House) -> None:
        def use(s3: Any) -> None:
            for key in ORDERED:
                s3.delete_object(Bucket="photos", Key=key)
                with pytest.raises(ClientError, match="Not Found"):
                    s3.head_object(Bucket="photos", Key=key)

        await by_boto(full, use)
        assert not full.keys

    async def test_is_deleted_with_all_others(self, full: House) -> None:
        def use(s3: Any) -> list[str]:
            deleted = s3.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": key} for key in ORDERED]})
            return [each["Key"] for each in deleted["Deleted"]]

        assert await by_boto(full, use) == ORDERED
        assert not full.keys

    async def test_is_named_in_an_error(self, house: House) -> None:
        def use(s3: Any) -> Iterator[str]:
            for key in ORDERED:
                with pytest.raises(s3.exceptions.NoSuchKey) as missing:
                    s3.get_object(Bucket="photos", Key=key)
                yield missing.value.response["Error"]["Key"]

        assert await by_boto(house, lambda s3: list(use(s3))) == ORDERED
