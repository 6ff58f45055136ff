"""ListObjects, in both versions."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import values
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import ask

KEYS = ["a", "b/1", "b/2", "b/c/3", "d%", "d_", "dx", "d\\", "é/x"]
V1, V2 = "/photos?", "/photos?list-type=2&"
BOTH = [V1, V2]


@pytest.fixture
async def full(house: House) -> House:
    for key in KEYS:
        assert (await ask(house, "PUT", f"/photos/{quote(key)}", body=key.encode())).status == 200
    return house


async def listed(house: House, target: str) -> Document:
    document = Document(await ask(house, "GET", target))
    assert document.name == "ListBucketResult"
    return document


def entries(document: Document) -> tuple[list[str], list[str]]:
    return document.texts("Contents/Key"), document.texts("CommonPrefixes/Prefix")


class TestBoth:
    @pytest.mark.parametrize("version", BOTH)
    async def test_keys_stand_in_the_order_of_their_bytes(self, version: str, full: House) -> None:
        document = await listed(full, version)
        assert entries(document) == (sorted(KEYS), [])
        assert (document.text("Name"), document.text("IsTruncated"), document.text("MaxKeys")) == ("photos", "false", "1000")
        assert document.text("Prefix") == ""
        assert document.text("Delimiter") is document.text("EncodingType") is None

    @pytest.mark.parametrize("version", BOTH)
    async def test_each_says_what_it_is(self, version: str, full: House) -> None:
        document, head = await listed(full, f"{version}max-keys=1"), full.head("a")
        assert head
        assert document.text("Contents/ETag") == f'"{head.content.digests.etag}"'
        assert (document.text("Contents/Size"), document.text("Contents/StorageClass")) == ("1", "STANDARD")
        assert (document.text("Contents/LastModified") or "").startswith(f"{head.modified_at:%Y-%m-%dT%H:%M:%S}")

    @pytest.mark.parametrize("version", BOTH)
    @pytest.mark.parametrize(
        ("query", "keys", "folders"),
        [
            ("delimiter=/", ["a", "d%", "d\\", "d_", "dx"], ["b/", "é/"]),
            ("prefix=b/&delimiter=/", ["b/1", "b/2"], ["b/c/"]),
            ("prefix=b&delimiter=/", [], ["b/"]),
            ("prefix=b/c&delimiter=/", [], ["b/c/"]),
            ("delimiter=b/c", ["a", "b/1", "b/2", "d%", "d\\", "d_", "dx", "é/x"], ["b/c"]),
            ("delimiter=%C3%A9", ["a", "b/1", "b/2", "b/c/3", "d%", "d\\", "d_", "dx"], ["é"]),
            ("prefix=none&delimiter=/", [], []),
            ("prefix=&delimiter=&encoding-type=url", [quote(key, safe="/") for key in sorted(KEYS)], []),
        ],
    )
    async def test_a_delimiter_makes_folders(
        self, version: str, query: str, keys: list[str], folders: list[str], full: House
    ) -> None:
        assert entries(await listed(full, f"{version}{query}")) == (keys, folders)

    @pytest.mark.parametrize("version", BOTH)
    @pytest.mark.parametrize(
        ("prefix", "keys"),
        [
            ("d%", ["d%"]),
            ("d_", ["d_"]),
            ("d\\", ["d\\"]),
            ("%", []),
            ("'; DROP TABLE objects; --", []),
            ("\x01", []),
            ("\U0010ffff", []),
        ],
    )
    async def test_a_prefix_means_what_it_says(self, version: str, prefix: str, keys: list[str], full: House) -> None:
        document = await listed(full, f"{version}prefix={quote(prefix, safe='')}")
        assert entries(document)[0] == keys
        assert document.text("Prefix") == prefix.replace("\x01", "\ufffd")

    @pytest.mark.parametrize("version", BOTH)
    async def test_a_page_holds_at_most_a_thousand(self, version: str, full: House) -> None:
        for asked, said in (("1000", "1000"), ("1001", "1000"), ("1000000000", "1000"), ("7", "7")):
            assert (await listed(full, f"{version}max-keys={asked}")).text("MaxKeys") == said

    @pytest.mark.parametrize("version", BOTH)
    async def test_a_page_of_nothing_is_the_last(self, version: str, full: House) -> None:
        document = await listed(full, f"{version}max-keys=0")
        assert (entries(document), document.text("IsTruncated")) == (([], []), "false")
        assert document.text("NextMarker") is document.text("NextContinuationToken") is None

    @pytest.mark.parametrize("version", BOTH)
    @pytest.mark.parametrize(
        "query",
        [
            *(
                "max-keys=-1",
                "max-keys=1_0",
                "max-keys=+1",
                "max-keys=%EF%BC%91",
                "max-keys=",
                "max-keys=2147483648",
                "max-keys=1e3",
            ),
            *("encoding-type=xml", "encoding-type=", "encoding-type=URL"),
            *("prefix=%00", "prefix=%ff", "prefix=%zz", "delimiter=%00", "prefix=a&prefix=b"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused(self, version: str, query: str, full: House) -> None:
        reply = await ask(full, "GET", f"{version}{query}")
        assert (reply.status, reply.code()) == (400, "InvalidArgument")

    @pytest.mark.parametrize("version", BOTH)
    async def test_a_thousand_and_one_take_two_pages(self, version: str, house: House) -> None:
        user = house.alice.user
        items = [values.put_item(house.alice.bucket, f"k{number:04}", b"", owner=user, name=None) for number in range(1001)]
        for item in items:
            await house.catalog.commit([item])
        document = await listed(house, version)
        assert (len(entries(document)[0]), document.text("IsTruncated")) == (1000, "true")

    @pytest.mark.parametrize("version", BOTH)
    async def test_other_attributes_are_not_there_yet(self, version: str, full: House) -> None:
        reply = await ask(full, "GET", version, headers=[("x-amz-optional-object-attributes", "RestoreStatus")])
        assert (reply.status, reply.code()) == (501, "NotImplemented")


class TestVersionOne:
    async def test_the_owner_is_told_each_time(self, full: House) -> None:
        document = await listed(full, V1)
        assert set(document.texts("Contents/Owner/ID")) == {values.account().canonical_id}

    async def test_a_page_begins_behind_the_marker(self, full: House) -> None:
        document = await listed(full, f"{V1}marker=b/1&max-keys=2")
        assert entries(document)[0] == ["b/2", "b/c/3"]
        assert (document.text("Marker"), document.text("IsTruncated"), document.text("NextMarker")) == ("b/1", "true", None)

    async def test_with_a_delimiter_the_next_marker_is_said(self, full: House) -> None:
        pages = []
        marker: str | None = ""
        while marker is not None:
            document = await listed(full, f"{V1}delimiter=/&max-keys=2&marker={quote(marker)}")
            pages.append(entries(document))
            marker = document.text("NextMarker")
            assert document.text("IsTruncated") == ("true" if marker else "false")
        assert pages == [(["a"], ["b/"]), (["d%", "d\\"], []), (["d_", "dx"], []), ([], ["é/"])]

    @pytest.mark.parametrize("query", ["marker=%00", "marker=%ff"])
    async def test_a_marker_is_text(self, query: str, full: House) -> None:
        assert (await ask(full, "GET", f"{V1}{query}")).code() == "InvalidArgument"

    @pytest.mark.parametrize("query", ["start-after=a", "continuation-token=a", "fetch-owner=true"])
    async def test_what_is_of_the_other_version_is_refused(self, query: str, full: House) -> None:
        assert (await ask(full, "GET", f"{V1}{query}")).code() == "NotImplemented"


class TestVersionTwo:
    async def test_the_owner_is_told_on_demand(self, full: House) -> None:
        assert (await listed(full, f"{V2}fetch-owner=false")).texts("Contents/Owner/ID") == []
        assert len((await listed(full, f"{V2}fetch-owner=true")).texts("Contents/Owner/ID")) == len(KEYS)
        assert (await ask(full, "GET", f"{V2}fetch-owner=yes")).code() == "InvalidArgument"

    async def test_a_list_begins_behind_a_key(self, full: House) -> None:
        document = await listed(full, f"{V2}start-after=b/2")
        assert entries(document)[0] == sorted(KEYS)[3:]
        assert (document.text("StartAfter"), document.text("KeyCount")) == ("b/2", str(len(KEYS) - 3))

    async def test_folders_count_as_keys(self, full: House) -> None:
        document = await listed(full, f"{V2}delimiter=/")
        assert document.text("KeyCount") == "7"

    @pytest.mark.parametrize("size", [1, 2, 3])
    @pytest.mark.parametrize("query", ["", "&delimiter=/", "&prefix=b&delimiter=/", "&start-after=b/1", "&encoding-type=url"])
    async def test_a_token_leads_to_the_next_page(self, query: str, size: int, full: House) -> None:
        whole = entries(await listed(full, f"{V2}{query}"))
        keys, folders = list[str](), list[str]()
        token: str | None = ""
        while token is not None:
            document = await listed(full, f"{V2}max-keys={size}{query}{'&continuation-token=' + token if token else ''}")
            page = entries(document)
            keys += page[0]
            folders += page[1]
            assert document.text("KeyCount") == str(len(page[0]) + len(page[1]))
            assert document.text("ContinuationToken") == (token or None)
            token = document.text("NextContinuationToken")
            assert document.text("IsTruncated") == ("true" if token else "false")
        assert (keys, folders) == whole

    async def test_a_token_is_good_for_one_list(self, full: House) -> None:
        await full.catalog.create_bucket(values.bucket(full.alice.user, "cards"))
        token = (await listed(full, f"{V2}prefix=b/&delimiter=/&max-keys=1")).text("NextContinuationToken") or ""
        assert entries(await listed(full, f"{V2}prefix=b/&delimiter=/&continuation-token={token}"))[0] == ["b/2"]
        forged = [
            f"{V2}continuation-token={token}",
            f"{V2}prefix=b/&continuation-token={token}",
            f"{V2}prefix=b&delimiter=/&continuation-token={token}",
            f"/cards?list-type=2&prefix=b/&delimiter=/&continuation-token={token}",
            f"{V2}prefix=b/&delimiter=/&continuation-token={'B' if token[0] == 'A' else 'A'}{token[1:]}",
            f"{V2}prefix=b/&delimiter=/&continuation-token={token[:-1]}",
            f"{V2}prefix=b/&delimiter=/&continuation-token=",
            f"{V2}prefix=b/&delimiter=/&continuation-token=b/1",
            f"{V2}prefix=b/&delimiter=/&continuation-token=%C3%A9",
            f"{V2}prefix=b/&delimiter=/&continuation-token={'A' * 9000}",
        ]
        for target in forged:
            reply = await ask(full, "GET", target)
            assert (reply.status, reply.code()) == (400, "InvalidArgument"), target

    @pytest.mark.parametrize("asked", ["1", "3", "", "02"])
    async def test_there_are_two_versions(self, asked: str, full: House) -> None:
        reply = await ask(full, "GET", f"/photos?list-type={asked}")
        assert (reply.status, reply.code()) == (400, "InvalidArgument")

    async def test_the_most_common_client_pages_through(self, full: House) -> None:
        def use(s3: Any) -> tuple[list[str], list[str]]:
            pages = list(
                s3.get_paginator("list_objects_v2").paginate(Bucket="photos", Delimiter="/", PaginationConfig={"PageSize": 2})
            )
            old = list(s3.get_paginator("list_objects").paginate(Bucket="photos", PaginationConfig={"PageSize": 2}))
            folders = [folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", [])]
            return folders, [entry["Key"] for page in old for entry in page.get("Contents", [])]

        assert await by_boto(full, use) == (["b/", "é/"], sorted(KEYS))
