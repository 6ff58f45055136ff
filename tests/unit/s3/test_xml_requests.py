"""The documents of DeleteObjects and CreateBucket, as botocore and others write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import MalformedXml, NotImplementedYet
from gateway.s3.xml.create_bucket_request import parse_location
from gateway.s3.xml.delete_request import DeleteRequest, Requested, parse_delete
from tests.unit.s3.botocore_client import serialized
from tests.unit.s3.reading import read
from tests.unit.s3.values import HOSTILE, LISTABLE

CONFIGURATION = "CreateBucketConfiguration"


async def delete(content: str) -> DeleteRequest:
    return parse_delete(await read(f"<Delete>{content}</Delete>"))


async def location(content: str) -> str | None:
    return parse_location(await read(f"<{CONFIGURATION}>{content}</{CONFIGURATION}>", root=CONFIGURATION))


def objects(count: int) -> str:
    return "".join(f"<Object><Key>{number}</Key></Object>" for number in range(count))


class TestDelete:
    async def test_what_botocore_writes(self) -> None:
        asked = [{"Key": key} for key in HOSTILE] + [{"Key": key, "VersionId": key, "ETag": f'"{key}"'} for key in HOSTILE]
        raw = serialized("DeleteObjects", Bucket="photos", Delete={"Objects": asked, "Quiet": True})
        keys = [Requested(key, None) for key in HOSTILE] + [Requested(key, key, f'"{key}"') for key in HOSTILE]
        assert parse_delete(await read(raw)) == DeleteRequest(tuple(keys), quiet=True)

    @given(st.lists(st.text(LISTABLE, min_size=1), min_size=1, max_size=5))
    async def test_any_key_that_botocore_writes(self, keys: list[str]) -> None:
        raw = serialized("DeleteObjects", Bucket="photos", Delete={"Objects": [{"Key": key} for key in keys]})
        assert parse_delete(await read(raw)) == DeleteRequest(tuple(Requested(key, None) for key in keys), quiet=False)

    async def test_keys_stay_as_they_were_said(self) -> None:
        said = await delete("<Object><Key/></Object>\n <Object>\n<VersionId></VersionId><Key> a\u2028</Key></Object>")
        assert said.keys == (Requested("", None), Requested(" a\u2028", ""))

    @pytest.mark.parametrize(("said", "quiet"), [("true", True), ("1", True), ("false", False), ("0", False)])
    async def test_quiet_is_a_boolean(self, said: str, quiet: bool) -> None:
        assert (await delete(f"{objects(1)}<Quiet>{said}</Quiet>")).quiet is quiet

    @pytest.mark.parametrize("said", ["", "True", "yes", "2", " true", "<true/>"])
    async def test_quiet_is_nothing_else(self, said: str) -> None:
        with pytest.raises(MalformedXml):
            await delete(f"<Quiet>{said}</Quiet>{objects(1)}")

    @pytest.mark.parametrize("count", [1, 1000])
    async def test_one_to_a_thousand_objects_are_taken(self, count: int) -> None:
        assert [one.key for one in (await delete(objects(count))).keys] == [str(number) for number in range(count)]

    @pytest.mark.parametrize("count", [0, 1001])
    async def test_none_or_more_than_a_thousand_are_refused(self, count: int) -> None:
        with pytest.raises(MalformedXml, match="1 to 1000 objects"):
            await delete(objects(count))

    @pytest.mark.parametrize(
        "content",
        [
            "<Object/>",
            "<Object>a</Object>",
            "<Object><VersionId>a</VersionId></Object>",
            "<Object><Key>a</Key><Key>b</Key></Object>",
            "<Object><Key>a</Key><Other/></Object>",
            "<Object><Key>a<Key>b</Key></Key></Object>",
            "<Object><Key>a</Key></Object><Key>b</Key>",
            "<Object><Key>a</Key></Object><Quiet>true</Quiet><Quiet>false</Quiet>",
            "<Object><Key>a</Key></Object>a",
        ],
    )
    async def test_what_is_no_request_is_refused(self, content: str) -> None:
        with pytest.raises(MalformedXml):
            await delete(content)

    @pytest.mark.parametrize("condition", ["LastModifiedTime", "Size"])
    async def test_a_condition_we_do_not_know_is_refused(self, condition: str) -> None:
        with pytest.raises(NotImplementedYet, match=condition):
            await delete(f"<Object><Key>a</Key><{condition}>1</{condition}></Object>")


class TestCreateBucket:
    async def test_what_botocore_writes(self) -> None:
        raw = serialized("CreateBucket", Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        assert parse_location(await read(raw, root=CONFIGURATION)) == "eu-west-1"

    @pytest.mark.parametrize("content", ["", "\n", "<LocationConstraint/>", "<LocationConstraint></LocationConstraint>"])
    async def test_no_location_is_none(self, content: str) -> None:
        assert await location(content) is None

    @pytest.mark.parametrize("content", ["<Location><Name>a</Name></Location>", "<Bucket/>", "<Tags/>"])
    async def test_what_cannot_be_had_is_refused(self, content: str) -> None:
        with pytest.raises(NotImplementedYet):
            await location(f"<LocationConstraint>eu-west-1</LocationConstraint>{content}")

    @pytest.mark.parametrize(
        "content",
        [
            "a",
            "<Other/>",
            "<LocationConstraint>a</LocationConstraint><LocationConstraint>a</LocationConstraint>",
            "<LocationConstraint><a/></LocationConstraint>",
        ],
    )
    async def test_what_is_no_configuration_is_refused(self, content: str) -> None:
        with pytest.raises(MalformedXml):
            await location(content)
