"""Reading objects: versions, names to save them under, and how long caches may keep them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.model.bucket import Versioning, Visibility
from buckets.names import ObjectKey
from tests.http.house import House
from tests.http.rest.talk import at, patch, problem, put, rule, says
from tests.http.wire import ask

YEAR = "max-age=31536000, immutable"


class TestVersions:
    async def test_a_version_is_read_under_its_own_address_for_ever(self, house: House) -> None:
        rule(house, versioning=Versioning.ENABLED)
        told = [await put(house, "a", body) for body in (b"1", b"2")]
        for each, body in zip(told, (b"1", b"2"), strict=True):
            target = each["immutable_url"].removeprefix(house.base_url)
            reply = await ask(house, "GET", target)
            assert (reply.status, reply.body, reply.headers["cache-control"]) == (200, body, f"private, {YEAR}")
            head = await ask(house, "HEAD", target)
            assert (head.status, head.headers["cache-control"], head.headers["content-length"]) == (200, f"private, {YEAR}", "1")
        assert (await ask(house, "GET", at("a"))).body == b"2"

    async def test_a_public_version_may_be_kept_by_anybody(self, house: House) -> None:
        told = await put(house, "a", headers=[("Seawall-Visibility", "public")])
        reply = await ask(house, "GET", told["immutable_url"].removeprefix(house.base_url))
        assert reply.headers["cache-control"] == f"public, {YEAR}"

    async def test_a_part_of_a_version_can_be_read(self, house: House) -> None:
        told = await put(house, "a")
        reply = await ask(house, "GET", told["immutable_url"].removeprefix(house.base_url), headers=[("Range", "bytes=1-3")])
        assert (reply.status, reply.body) == (206, b"ell")

    async def test_a_version_that_is_not_there_is_said_not_to_be(self, house: House) -> None:
        first, other = await put(house, "a"), await put(house, "b")
        await put(house, "a", b"new")
        for version in (first["id"], other["id"], house.alice.bucket.id):
            assert problem(await ask(house, "GET", f"{at('a')}?version={version}")) == (404, "no-such-version")
            assert (await ask(house, "HEAD", f"{at('a')}?version={version}")).status == 404

    async def test_what_is_in_the_trash_cannot_be_read(self, house: House) -> None:
        told = await put(house, "a")
        await ask(house, "DELETE", at("a"))
        assert problem(await ask(house, "GET", f"{at('a')}?version={told['id']}")) == (404, "no-such-version")

    @pytest.mark.parametrize("version", ["", "1", "null", "01A1FCF4-8D50-795C-8F24-6739C6455101", "%00", "'"])
    async def test_what_is_no_version_is_refused(self, version: str, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "GET", f"{at('a')}?version={version}")) == (400, "invalid-value")


class TestDownloads:
    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("download=report.txt", "filename=\"report.txt\"; filename*=UTF-8''report.txt"),
            ("download=%C3%A9%22.txt", "filename=\"__.txt\"; filename*=UTF-8''%C3%A9%22.txt"),
            ("download=..%2F..%2Fetc%2Fpasswd", "filename=\"passwd\"; filename*=UTF-8''passwd"),
            ("download=a%0D%0ASet-Cookie:%20b", "filename=\"a__Set-Cookie: b\"; filename*=UTF-8''a__Set-Cookie%3A%20b"),
            ("download", "filename=\"b.txt\"; filename*=UTF-8''b.txt"),
            ("download=", "filename=\"b.txt\"; filename*=UTF-8''b.txt"),
        ],
    )
    async def test_an_object_is_saved_under_the_name_that_is_wanted(self, query: str, said: str, house: House) -> None:
        await put(house, "a/b.txt", headers=[("Content-Type", "text/plain")])
        for method in ("GET", "HEAD"):
            assert (await ask(house, method, f"{at('a/b.txt')}?{query}")).headers["content-disposition"] == f"attachment; {said}"
        assert (await ask(house, "GET", at("a/b.txt"))).headers["content-disposition"].startswith("inline")

    async def test_the_name_that_was_stored_is_the_usual_one(self, house: House) -> None:
        await put(
            house, "a", headers=[("Seawall-Filename", "b.png"), ("Content-Disposition", "inline"), ("Content-Type", "image/png")]
        )
        said = (await ask(house, "GET", f"{at('a')}?download")).headers["content-disposition"]
        assert said == "attachment; filename=\"b.png\"; filename*=UTF-8''b.png"


class TestCaching:
    @pytest.mark.parametrize(
        ("bucket", "own", "seconds", "said"),
        [
            (Visibility.PUBLIC, None, 60, "public, max-age=60"),
            (Visibility.PUBLIC, "public", 60, "public, max-age=60"),
            (Visibility.PRIVATE, "public", 60, "public, max-age=60"),
            (Visibility.PUBLIC, None, 0, "private, no-cache"),
            (Visibility.PUBLIC, "private", 60, "private, no-cache"),
            (Visibility.PRIVATE, None, 60, "private, no-cache"),
        ],
    )
    async def test_what_is_public_may_be_kept_as_long_as_its_bucket_says(
        self, bucket: Visibility, own: str | None, seconds: int, said: str, house: House
    ) -> None:
        rule(house, visibility=bucket, cache=timedelta(seconds=seconds))
        await put(house, "a", headers=[("Seawall-Visibility", own)] if own else [])
        for method in ("GET", "HEAD"):
            assert (await ask(house, method, at("a"))).headers["cache-control"] == said

    async def test_what_was_said_with_an_object_goes_first(self, house: House) -> None:
        rule(house, visibility=Visibility.PUBLIC, cache=timedelta(minutes=1))
        await put(house, "a", headers=[("Cache-Control", "no-store")])
        assert (await ask(house, "GET", at("a"))).headers["cache-control"] == "no-store"

    async def test_what_becomes_private_is_private_at_once(self, house: House) -> None:
        rule(house, visibility=Visibility.PUBLIC, cache=timedelta(minutes=1))
        await put(house, "a")
        assert (await patch(house, "a", {"visibility": "private"})).status == 200
        assert (await ask(house, "GET", at("a"))).headers["cache-control"] == "private, no-cache"


class TestFacts:
    async def test_what_is_not_there_has_no_facts(self, house: House) -> None:
        for part in ("info", "tags", "versions"):
            assert problem(await ask(house, "GET", f"{at('a')}?{part}")) == (404, "no-such-object")
            assert problem(await ask(house, "GET", f"{at('a', 'nowhere')}?{part}")) == (404, "no-such-bucket")

    async def test_facts_are_only_read(self, house: House) -> None:
        await put(house, "a")
        for method in ("HEAD", "PUT", "DELETE", "POST"):
            reply = await ask(house, method, f"{at('a')}?info")
            assert (reply.status, reply.headers["allow"]) == (405, "GET")

    async def test_what_cannot_be_read_has_no_facts(self, house: House) -> None:
        await put(house, "a")
        name = house.alice.bucket.id, ObjectKey("a")
        version = house.catalog.versions[house.catalog.current[name]]
        assert version.head
        version.head = replace(version.head, state="infected")  # type: ignore[arg-type]
        assert problem(await ask(house, "GET", f"{at('a')}?info")) == (404, "no-such-object")

    async def test_an_etag_of_the_document_is_that_of_the_bytes(self, house: House) -> None:
        told = await put(house, "a")
        assert says(await ask(house, "GET", f"{at('a')}?info"))["etag"] == (await ask(house, "GET", at("a"))).headers["etag"].strip(
            '"'
        )
        assert told["sha256"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
