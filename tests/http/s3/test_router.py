"""The table of operations: it says what AWS says, and what it does not know is refused."""

from pathlib import Path

import botocore.session
import pytest
from lxml import etree

import gateway.s3.operations
from gateway.s3.request import Kind
from gateway.s3.router import OPERATIONS, Operation
from tests.http.house import House
from tests.http.wire import ask, ask_signed, bearer, connected, request

_AWS = botocore.session.Session().get_service_model("s3")
_PLACES = {"": Kind.SERVICE, "/": Kind.SERVICE, "/{Bucket}": Kind.BUCKET, "/{Bucket}/{Key+}": Kind.OBJECT}
TARGETS = {Kind.SERVICE: "/", Kind.BUCKET: "/photos", Kind.OBJECT: "/photos/a"}


def _named(operation: Operation, location: str) -> set[str]:
    members = _AWS.operation_model(operation.name).input_shape.members.values()
    return {member.serialization["name"] for member in members if member.serialization.get("location") == location}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("V2"))[1:] + (
        "_v2" if name.endswith("V2") else ""
    )


class TestTable:
    @pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
    def test_a_row_is_an_operation_of_aws(self, row: Operation) -> None:
        path, _, query = _AWS.operation_model(row.name).http["requestUri"].partition("?")
        assert (row.method, row.kind) == (_AWS.operation_model(row.name).http["method"], _PLACES[path])
        assert (row.parameter or "") == query.partition("=")[0]
        assert row.parameters <= _named(row, "querystring")

    @pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
    def test_its_headers_are_those_of_aws(self, row: Operation) -> None:
        known = {header.lower() for header in _named(row, "header")} | _named(row, "headers")
        checksums = {header for header in row.headers if header.startswith(("x-amz-checksum-", "x-amz-sdk-"))}
        assert {row.header, *row.headers} - checksums - {""} <= known
        assert row.name != "GetObject" or checksums <= known

    def test_each_file_is_a_row(self) -> None:
        files = {path.stem for path in Path(gateway.s3.operations.__file__).parent.glob("*.py")} - {"__init__"}
        assert files == {_snake(row.name) for row in OPERATIONS}
        for row in OPERATIONS:
            assert row.perform.__module__ == f"gateway.s3.operations.{_snake(row.name)}"

    def test_no_two_rows_are_told_apart_by_nothing(self) -> None:
        assert len({(row.kind, row.method, row.parameter, row.header) for row in OPERATIONS}) == len(OPERATIONS)


class TestMethods:
    @pytest.mark.parametrize(
        ("target", "allowed"),
        [
            ("/", "GET"),
            ("/photos", "DELETE, GET, HEAD, PUT"),
            ("/photos?delete", "POST"),
            ("/photos?location", "GET"),
            ("/photos?list-type=2", "GET"),
            ("/photos/a", "DELETE, GET, HEAD, PUT"),
        ],
    )
    async def test_others_are_told_which_are_allowed(self, target: str, allowed: str, house: House) -> None:
        for method in {"DELETE", "GET", "HEAD", "PUT", "POST", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} - set(allowed.split(", ")):
            reply = await ask(house, method, target)
            assert (reply.status, reply.headers["allow"]) == (405, allowed), method
            assert method == "HEAD" or reply.code() == "MethodNotAllowed"

    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("method", ["DELETE", "GET", "POST", "PUT"])
    @pytest.mark.parametrize(
        "part", ["acl", "policy", "tagging", "uploads", "versions", "uploadId=1", "select&select-type=2", "of-tomorrow", "=1"]
    )
    async def test_parts_that_we_do_not_know_are_said_to_be_missing(self, method: str, kind: Kind, part: str, house: House) -> None:
        reply = await ask(house, method, f"{TARGETS[kind]}?{part}")
        assert (reply.status, reply.code()) == (501, "NotImplemented")

    async def test_one_part_is_asked_for_at_a_time(self, house: House) -> None:
        for query in ("location&list-type=2", "delete&location", "list-type=2&uploads"):
            assert (await ask(house, "GET", f"/photos?{query}")).status == 501

    @pytest.mark.parametrize("row", [row for row in OPERATIONS if row.method == "GET"], ids=lambda row: row.name)
    async def test_the_name_of_an_operation_changes_nothing(self, row: Operation, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x")
        part = "list-type=2&" if row.parameter == "list-type" else f"{row.parameter}&" if row.parameter else ""
        assert (await ask(house, "GET", f"{TARGETS[row.kind]}?{part}x-id={row.name}")).status == 200

    async def test_only_that_name_passes(self, house: House) -> None:
        for query in ("x-idea=1", "X-Amz-Tomorrow=1", "x-amz-acl=public-read"):
            reply = await ask(house, "GET", f"/photos?{query}")
            assert (reply.status, reply.code()) == (501, "NotImplemented")


class TestAnswers:
    @pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
    async def test_nobody_is_told_anything_who_says_nothing_of_itself(self, row: Operation, house: House) -> None:
        query = f"?{row.parameter}" if row.parameter else ""
        headers = [(row.header, "/photos/a")] if row.header else []
        bodies = []
        for bucket in ("/photos", "/nowhere"):
            target = TARGETS[row.kind].replace("/photos", bucket)
            async with connected(house) as wire:
                reply = await (await wire.send(request(row.method, f"{target}{query}", headers))).reply(to=row.method)
            assert reply.status == 403
            bodies.append(reply.body.replace(b"/nowhere", b"/photos").partition(b"<RequestId>")[0])
        assert bodies[0] == bodies[1]

    @pytest.mark.parametrize(
        ("method", "target"),
        [
            *(("GET", "/"), ("GET", "/photos"), ("HEAD", "/photos"), ("PUT", "/photos"), ("POST", "/photos?delete")),
            *(("GET", "/nowhere"), ("HEAD", "/nowhere/a"), ("GET", "/Nowhere"), ("PATCH", "/photos/a")),
            *(("GET", "/photos?max-keys=x"), ("GET", "/photos/%zz")),
        ],
    )
    async def test_every_answer_bears_its_id_and_every_error_is_a_document(self, method: str, target: str, house: House) -> None:
        async with connected(house) as wire:
            reply = await wire.ask(method, target)
            assert len(reply.headers["x-amz-request-id"]) == 16
            assert reply.headers["x-amz-id-2"] == "seawall"
            assert (await wire.ask("GET", "/")).status == 200
        assert (reply.body == b"") == (method == "HEAD")
        if reply.status >= 400 and method != "HEAD":
            error = etree.fromstring(reply.body)
            assert error.tag == "Error"
            assert error.findtext("RequestId") == reply.headers["x-amz-request-id"]
            assert error.findtext("Resource") == target.partition("?")[0]
            assert error.findtext("Code") == reply.code()

    async def test_a_body_that_nobody_wants_does_no_harm(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x")
        for method, target in (("GET", "/photos/a"), ("DELETE", "/photos/b"), ("GET", "/")):
            async with connected(house) as wire:
                await wire.send(request(method, target, [*bearer(house), ("Content-Length", "5")], b"GET /"))
                assert (await wire.reply(to=method)).status in (200, 204)

    async def test_a_header_of_tomorrow_is_refused_everywhere(self, house: House) -> None:
        for row in OPERATIONS:
            headers = [("x-amz-of-tomorrow", "1"), *([(row.header, "/photos/a")] if row.header else [])]
            reply = await ask_signed(
                house, row.method, TARGETS[row.kind] + (f"?{row.parameter}=" if row.parameter else ""), headers=headers
            )
            assert reply.status == 501, row.name
        assert not house.keys
