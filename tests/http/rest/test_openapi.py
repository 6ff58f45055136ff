"""The description of the JSON API says what there is, to everybody."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from gateway.rest import routes, vocabulary
from gateway.rest.bucket_rules import BucketDocument
from gateway.rest.jobs import Started
from gateway.rest.openapi import written
from gateway.rest.problems import TABLE
from gateway.rest.route import Bytes, PublicRoute, Route
from gateway.rest.routes import ROUTES
from tests.http import honest
from tests.http.honest import HonestFront
from tests.http.house import House
from tests.http.wire import Reply, ask, connected, request

ROOT = Path(__file__).parents[3]
DESCRIPTION = json.loads(written(ROUTES))


async def ask_nameless(house: House, method: str, target: str, *headers: tuple[str, str]) -> Reply:
    async with connected(house) as wire:
        await wire.send(request(method, target, headers))
        return await wire.reply(to=method)


def operation(row: Route) -> Any:
    return DESCRIPTION["paths"][f"/v1/{row.path}"][row.method.lower()]


def operations() -> Iterator[Any]:
    yield from (said for item in DESCRIPTION["paths"].values() for method, said in item.items() if method != "parameters")


def references(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (text for name, text in document.items() if name == "$ref")
        yield from (text for value in document.values() for text in references(value))
    elif isinstance(document, list):
        yield from (text for value in document for text in references(value))


def test_the_description_is_valid() -> None:
    validate(DESCRIPTION, cls=OpenAPIV31SpecValidator)


def test_the_page_in_the_docs_is_what_the_rows_say() -> None:
    """Written anew by `python -m gateway.rest > docs/openapi.json`."""
    assert (ROOT / "docs/openapi.json").read_text("utf-8") == written(ROUTES)


def test_the_command_writes_it() -> None:
    command = [sys.executable, "-m", "gateway.rest"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout == written(ROUTES)


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row.name)
class TestRows:
    def test_a_row_is_in_an_operation(self, row: Route) -> None:
        said = operation(row)
        assert row.name in said["operationId"] or f"`?{row.part}`: {row.summary}" in said["description"]
        assert {parameter["name"] for parameter in said.get("parameters", []) if parameter["in"] == "query"} >= row.known
        assert set(said["responses"]) >= {str(status) for status in row.answers}

    def test_everything_that_a_row_names_has_its_words(self, row: Route) -> None:
        assert set(row.headers) <= vocabulary.HEADERS.keys() | vocabulary.FAMILIES.keys()
        headers = {parameter["name"].lower() for parameter in operation(row).get("parameters", []) if parameter["in"] == "header"}
        assert headers >= set(row.headers) - vocabulary.FAMILIES.keys()

    def test_bodies_and_answers_are_described(self, row: Route) -> None:
        said = operation(row)
        for kind in row.bodies:
            for media in (kind.value,) if isinstance(kind, Bytes) else row.media:
                schema = said["requestBody"]["content"][media]["schema"]
                assert isinstance(kind, Bytes) or f"#/components/schemas/{kind.__name__}" in references(schema)
        for status, answer in row.answers.items():
            content = said["responses"][str(status)].get("content", {})
            if answer and not isinstance(answer, Bytes):
                assert f"#/components/schemas/{answer.__name__}" in references(content["application/json"])

    def test_only_a_public_row_needs_no_credential(self, row: Route) -> None:
        assert (operation(row).get("security") == []) == isinstance(row, PublicRoute)


def test_operations_have_names_of_their_own() -> None:
    names = [said["operationId"] for said in operations()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DESCRIPTION):
        where = DESCRIPTION
        for name in reference.removeprefix("#/").split("/"):
            where = where[name]
        assert where


def test_every_problem_is_told_with_its_status() -> None:
    answers = DESCRIPTION["components"]["responses"]
    for row in TABLE.values():
        assert f"`{row.slug}`" in answers[f"Problem{row.status}"]["description"]


def test_a_part_of_a_resource_is_a_parameter() -> None:
    said = DESCRIPTION["paths"]["/v1/objects/{bucket}/{key}"]["get"]
    assert said["operationId"] == "GetObject"
    [info] = [parameter for parameter in said["parameters"] if parameter["name"] == "info"]
    assert info["allowEmptyValue"]
    assert set(said["responses"]["200"]["content"]) == {"*/*", "application/json"}


class TestServed:
    async def test_everybody_may_read_it(self, house: House) -> None:
        reply = await ask_nameless(house, "GET", "/v1/openapi.json")
        assert (reply.status, json.loads(reply.body)) == (200, DESCRIPTION)
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["cache-control"] == "public, max-age=300"

    async def test_a_credential_that_is_none_does_not_matter(self, house: House) -> None:
        assert (await ask_nameless(house, "GET", "/v1/openapi.json", ("Authorization", "Bearer no"))).status == 200

    async def test_who_has_it_already_is_told_so(self, house: House) -> None:
        etag = (await ask_nameless(house, "GET", "/v1/openapi.json")).headers["etag"]
        reply = await ask_nameless(house, "GET", "/v1/openapi.json", ("If-None-Match", etag))
        assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", etag)

    @pytest.mark.parametrize(
        ("method", "target", "status"),
        [("PUT", "/v1/openapi.json", 405), ("GET", "/v1/openapi.json?x=1", 501), ("GET", "/v1/openapi.json/x", 404)],
    )
    async def test_nothing_else_is_there(self, method: str, target: str, status: int, house: House) -> None:
        assert (await ask_nameless(house, method, target)).status == status

    @pytest.mark.parametrize("row", [row for row in ROUTES if not isinstance(row, PublicRoute)], ids=lambda row: row.name)
    async def test_nobody_else_comes_in_without_a_credential(self, row: Route, house: House) -> None:
        target = re.sub(r"\{(job|credential)\}", "1", row.path.replace("{bucket}", "photos").replace("{key}", "canary"))
        reply = await ask_nameless(house, row.method, f"/v1/{target}?{row.part}")
        assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


class TestHonesty:
    """The check that all tests of the JSON API run under does bite."""

    @pytest.fixture
    def objections(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        objections: list[str] = []
        monkeypatch.setattr(HonestFront, "object_to", objections.append)
        return objections

    @pytest.mark.parametrize("planted", [{200: None}, {201: BucketDocument}, {200: Started}, {}])
    async def test_an_answer_that_its_row_does_not_have_is_noticed(
        self, planted: dict[int, type | None], house: House, objections: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = next(row for row in ROUTES if row.name == "GetBucket")
        monkeypatch.setattr(routes, "_BY_PATH", {row.path: [replace(row, answers=planted)]})
        assert (await ask(house, "GET", "/v1/buckets/photos")).status >= 200
        assert len(objections) == 1

    async def test_a_problem_that_is_not_expected_is_noticed(
        self, house: House, objections: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(honest, "expected", lambda row: frozenset({400}))
        await ask(house, "GET", "/v1/buckets/none")
        assert len(objections) == 1
