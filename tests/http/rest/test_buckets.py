"""Buckets and jobs over the JSON API."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.model.account import Role
from buckets.model.bucket import AuditReads, Bucket, Lifecycle, Limits, Rules, Versioning, Visibility
from buckets.model.commit import Origin
from buckets.model.job import NewJob
from buckets.names import BucketName
from tests.http.house import House, Tenant
from tests.http.wire import Reply, ask, bearer, connected, request, sign

JSON = ("Content-Type", "application/json")
PATCH = ("Content-Type", "application/merge-patch+json")
PLAIN = {
    "placement": "default",
    "purpose": "",
    "versioning": "off",
    "visibility": "private",
    "trash_days": 7,
    "cache_seconds": 0,
    "limits": {"object_bytes": None},
    "lifecycle": {"expire_days": None, "noncurrent_days": None, "incomplete_days": 1},
    "policy": [],
    "audit_reads": "all",
    "revision": 1,
}
FULL = {
    "purpose": "Cards «round»",
    "versioning": "enabled",
    "visibility": "public",
    "trash_days": 0,
    "cache_seconds": 300,
    "limits": {"object_bytes": 5 << 40},
    "lifecycle": {"expire_days": 36_500, "noncurrent_days": 1, "incomplete_days": None},
    "audit_reads": "denied",
}


async def make(house: House, document: Any, *headers: tuple[str, str]) -> Reply:
    return await ask(house, "POST", "/v1/buckets", headers=[JSON, *headers], body=json.dumps(document).encode())


async def change(house: House, document: Any, *headers: tuple[str, str], name: str = "photos") -> Reply:
    return await ask(house, "PATCH", f"/v1/buckets/{name}", headers=[PATCH, *headers], body=json.dumps(document).encode())


async def ask_as(tenant: Tenant, house: House, method: str, target: str, body: bytes = b"") -> Reply:
    async with connected(house) as wire:
        await wire.send(request(method, target, [JSON, ("Authorization", f"Bearer {tenant.token}")], body))
        return await wire.reply(to=method)


def says(reply: Reply) -> Any:
    return json.loads(reply.body)


def problem(reply: Reply) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.status, says(reply)["type"].removeprefix("urn:seawall:problem:")


def bucket(house: House, name: str = "photos") -> Bucket:
    return house.catalog.buckets[BucketName(name)]


def names(pages: Iterable[Any]) -> list[str]:
    return [each["name"] for page in pages for each in page["buckets"]]


class TestMaking:
    async def test_a_bucket_that_was_told_nothing_is_plain(self, house: House) -> None:
        reply = await make(house, {"name": "cards"})
        told, made = says(reply), bucket(house, "cards")
        assert reply.status == 201
        assert told.pop("created_at").startswith(f"{made.created_at:%Y-%m-%dT%H:%M:%S}")
        url = "https://files.example.org/v1/buckets/cards"
        ids = {"id": str(made.id), "name": "cards", "owner": str(house.alice.user.id)}
        assert told == {**ids, **PLAIN, "url": url, "objects_url": f"{url}/objects"}
        assert (reply.headers["location"], reply.headers["etag"]) == (url, '"1"')
        assert (made.account, Rules.of(made)) == (house.alice.user.account, Rules())

    async def test_a_bucket_is_made_as_it_is_told_to_be(self, house: House) -> None:
        told = says(await make(house, {"name": "cards", **FULL}))
        assert {name: told[name] for name in FULL} == FULL
        assert Rules.of(bucket(house, "cards")) == Rules(
            purpose="Cards «round»",
            versioning=Versioning.ENABLED,
            visibility=Visibility.PUBLIC,
            trash=timedelta(),
            cache=timedelta(seconds=300),
            limits=Limits(object_bytes=5 << 40),
            lifecycle=Lifecycle(expire_days=36_500, noncurrent_days=1, incomplete_days=None),
            audit_reads=AuditReads.DENIED,
        )

    async def test_null_is_what_nobody_said(self, house: House) -> None:
        assert (await make(house, {"name": "cards", **dict.fromkeys(FULL)})).status == 201
        assert Rules.of(bucket(house, "cards")) == Rules()

    async def test_objects_go_in_at_once(self, house: House) -> None:
        await make(house, {"name": "cards"})
        assert (await ask(house, "PUT", "/v1/objects/cards/a", body=b"x")).status == 201

    async def test_a_name_is_given_once(self, house: House) -> None:
        await house.tenant("210987654321", "theirs")
        assert problem(await make(house, {"name": "photos"})) == (409, "bucket-owned")
        assert problem(await make(house, {"name": "theirs"})) == (409, "bucket-exists")

    async def test_the_same_request_again_is_answered_as_before(self, house: House) -> None:
        key = ("Idempotency-Key", "once")
        first = await make(house, {"name": "cards", "trash_days": 1}, key)
        again = await ask(house, "POST", "/v1/buckets", headers=[JSON, key], body=b' {"trash_days":1,  "name":"cards"}')
        assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])
        assert ["idempotency-replayed" in reply.headers for reply in (first, again)] == [False, True]

    async def test_another_request_under_the_same_key_is_refused(self, house: House) -> None:
        key = ("Idempotency-Key", "once")
        await make(house, {"name": "cards"}, key)
        for document in ({"name": "cards", "trash_days": 1}, {"name": "others"}):
            assert problem(await make(house, document, key)) == (422, "idempotency-key-reused")
        assert BucketName("others") not in house.catalog.buckets

    @pytest.mark.parametrize("role", [Role.READ_ONLY, Role.USER, Role.SERVICE])
    async def test_whoever_does_not_govern_makes_none(self, role: Role, house: House) -> None:
        tenant = await house.tenant("210987654321", "theirs", role)
        assert problem(await ask_as(tenant, house, "POST", "/v1/buckets", b'{"name":"cards"}')) == (403, "not-permitted")
        assert BucketName("cards") not in house.catalog.buckets

    async def test_a_condition_is_not_passed_over(self, house: House) -> None:
        assert problem(await make(house, {"name": "cards"}, ("If-None-Match", "*"))) == (501, "not-implemented")


def broken() -> Iterator[tuple[Any, str]]:
    yield from ((each, "invalid-value") for each in ({}, {"name": None}, {"name": 5}, {"name": ["cards"]}))
    yield from (({"name": each}, "invalid-name") for each in ("", "ab", "Cards", "a..b", "1.2.3.4", "xn--a", "a" * 64, "a\n"))
    wrong: dict[str, tuple[Any, ...]] = {
        "purpose": ("x" * 1001, 5, [], {}, True),
        "versioning": ("on", "Enabled", "", True, 0),
        "visibility": ("secret", "", 1),
        "trash_days": (-1, 3651, 1.5, 1.0, "7", True, 10**19),
        "cache_seconds": (-1, 31_536_001, 0.5, "0", False),
        "limits": ([], 5, "none", {"object_bytes": 0}, {"object_bytes": (5 << 40) + 1}, {"object_bytes": "5"}, {"objects": 5}),
        "lifecycle": ([], 1, {"expire_days": 0}, {"noncurrent_days": 36_501}, {"incomplete_days": True}, {"days": 1}),
        "audit_reads": ("some", "", "All", True, 0),
        "placement": ("cold",),
        "revision": (1,),
        "Name": ("cards",),
    }
    yield from (({"name": "cards", member: value}, "invalid-value") for member, values in wrong.items() for value in values)


class TestDocuments:
    @pytest.mark.parametrize(("document", "slug"), [*broken()])
    async def test_what_is_not_a_bucket_is_refused(self, document: Any, slug: str, house: House) -> None:
        assert problem(await make(house, document)) == (400, slug)
        assert [*house.catalog.buckets] == ["photos"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"cards"',
            b'{"name":"cards"',
            b'{"name":"cards","name":"cards"}',
            b'{"name":"cards","purpose":"\\u0000"}',
            b'{"name":"cards","purpose":"\\ud800"}',
            b'{"name":"cards","purpose":"\xff"}',
            b'{"name":"cards","trash_days":NaN}',
            b'{"name":"cards","trash_days":1e400}',
            b'{"name":"cards","purpose":' + b"[" * 10_000,
            '{"name":"cards"}'.encode("utf-16"),
            b'\xef\xbb\xbf{"name":"cards"}',
        ],
    )
    async def test_what_is_not_plain_json_is_refused(self, body: bytes, house: House) -> None:
        assert problem(await ask(house, "POST", "/v1/buckets", headers=[JSON], body=body)) == (400, "invalid-value")
        assert [*house.catalog.buckets] == ["photos"]

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "", "json"]
    )
    async def test_what_is_not_said_to_be_json_is_refused(self, kind: str, house: House) -> None:
        reply = await ask(house, "POST", "/v1/buckets", headers=[("Content-Type", kind)], body=b'{"name":"cards"}')
        assert problem(reply) == (415, "media-type-not-supported")

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"])
    async def test_how_the_type_is_written_does_not_matter(self, kind: str, house: House) -> None:
        reply = await ask(house, "POST", "/v1/buckets", headers=[("Content-Type", kind)], body=b'{"name":"cards"}')
        assert reply.status == 201

    async def test_what_is_too_large_is_refused_before_it_is_read(self, house: House) -> None:
        async with connected(house) as wire:
            headers = [*bearer(house), JSON, ("Expect", "100-continue")]
            await wire.send(request("POST", "/v1/buckets", headers, length=(1 << 20) + 1))
            assert problem(await wire.reply()) == (413, "too-large")

    async def test_what_becomes_too_large_is_refused(self, house: House) -> None:
        async with connected(house) as wire:
            await wire.send(request("POST", "/v1/buckets", [*bearer(house), JSON, ("Transfer-Encoding", "chunked")]))
            await wire.send(b"100001\r\n" + b" " * 0x100001)
            assert problem(await wire.reply()) == (413, "too-large")

    async def test_the_largest_that_is_allowed_is_taken(self, house: House) -> None:
        body = b'{"name":"cards"}'.ljust(1 << 20)
        assert (await ask(house, "POST", "/v1/buckets", headers=[JSON], body=body)).status == 201

    async def test_a_signed_document_is_the_one_that_was_signed(self, house: House) -> None:
        body, other = b'{"name":"cards"}', b'{"name":"bards"}'
        signed = sign(house.alice.pair, "POST", "/v1/buckets", house.port, headers=[JSON], body=body)
        async with connected(house) as wire:
            await wire.send(request("POST", "/v1/buckets", signed, other))
            assert problem(await wire.reply()) == (400, "digest-mismatch")
            await wire.send(request("POST", "/v1/buckets", signed, body))
            assert (await wire.reply()).status == 201

    async def test_a_checksum_that_is_not_that_of_the_document_is_refused(self, house: House) -> None:
        md5 = base64.b64encode(bytes(16)).decode()
        assert problem(await make(house, {"name": "cards"}, ("Content-MD5", md5))) == (400, "digest-mismatch")


class TestListing:
    @pytest.fixture
    async def many(self, house: House) -> House:
        for name in ("cards", "card-backs", "zebras"):
            await make(house, {"name": name})
        await house.tenant("210987654321", "cards-of-others")
        return house

    async def pages(self, house: House, target: str) -> list[Any]:
        """All of them, each found by the link of the one before."""
        found = []
        while target:
            reply = await ask(house, "GET", target)
            assert reply.status == 200
            found.append(says(reply))
            target = self.after(reply)
        return found

    def after(self, reply: Reply) -> str:
        cursor, link = says(reply)["next_cursor"], reply.headers.get("link", "")
        assert (cursor is None) == (link == "")
        assert cursor is None or (f"cursor={cursor}" in link and link.endswith('>; rel="next"'))
        return link.partition(">")[0].removeprefix("<https://files.example.org")

    async def test_an_account_sees_its_own_in_the_order_of_their_names(self, many: House) -> None:
        [page] = await self.pages(many, "/v1/buckets")
        assert names([page]) == ["card-backs", "cards", "photos", "zebras"]
        assert page["buckets"][1] == says(await ask(many, "GET", "/v1/buckets/cards"))

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 1000])
    async def test_pages_together_are_the_list(self, limit: int, many: House) -> None:
        pages = await self.pages(many, f"/v1/buckets?limit={limit}")
        assert [len(page["buckets"]) <= limit for page in pages] == [True] * -(-4 // limit)
        assert names(pages) == ["card-backs", "cards", "photos", "zebras"]

    async def test_a_prefix_is_the_beginning_of_names(self, many: House) -> None:
        assert names(await self.pages(many, "/v1/buckets?prefix=card&limit=1")) == ["card-backs", "cards"]
        assert names(await self.pages(many, "/v1/buckets?prefix=%25")) == []

    async def test_a_page_is_short_unless_told(self, house: House) -> None:
        for number in range(20):
            await make(house, {"name": f"cards-{number:02}"})
        assert [len(page["buckets"]) for page in await self.pages(house, "/v1/buckets")] == [20, 1]

    async def test_a_list_goes_on_behind_a_bucket_that_is_gone(self, many: House) -> None:
        first = await ask(many, "GET", "/v1/buckets?limit=2")
        await ask(many, "DELETE", "/v1/buckets/cards")
        assert names([says(await ask(many, "GET", self.after(first)))]) == ["photos", "zebras"]

    @pytest.mark.parametrize("limit", ["0", "1001", "-1", "", "1.5", "+1", "all"])
    async def test_a_limit_is_a_number_within_limits(self, limit: str, house: House) -> None:
        assert problem(await ask(house, "GET", f"/v1/buckets?limit={limit}")) == (400, "invalid-value")

    async def test_a_cursor_is_good_for_its_own_list_only(self, many: House) -> None:
        stranger = await many.tenant("111111111111", "strange")
        cursor = says(await ask(many, "GET", "/v1/buckets?limit=1"))["next_cursor"]
        for reply in (
            await ask(many, "GET", f"/v1/buckets?prefix=c&cursor={cursor}"),
            await ask(many, "GET", f"/v1/buckets?cursor={cursor[:-1]}"),
            await ask_as(stranger, many, "GET", f"/v1/buckets?cursor={cursor}"),
        ):
            assert problem(reply) == (400, "invalid-value")


class TestReading:
    async def test_a_bucket_is_read_as_it_was_made(self, house: House) -> None:
        made = await make(house, {"name": "cards", **FULL})
        reply = await ask(house, "GET", "/v1/buckets/cards")
        assert (reply.status, reply.body, reply.headers["etag"]) == (200, made.body, '"1"')
        assert reply.headers["cache-control"] == "private, no-cache"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_who_has_it_already_is_told_so(self, method: str, house: House) -> None:
        for tag, status in (('"1"', 304), ('W/"1", "7"', 304), ("*", 304), ('"2"', 200)):
            reply = await ask(house, method, "/v1/buckets/photos", headers=[("If-None-Match", tag)])
            assert (reply.status, reply.headers["etag"]) == (status, '"1"')

    async def test_head_says_what_get_would(self, house: House) -> None:
        get, head = [await ask(house, method, "/v1/buckets/photos") for method in ("GET", "HEAD")]
        changing = {"date", "x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in changing} == {
            k: v for k, v in get.headers.items() if k not in changing
        }

    @pytest.mark.parametrize(("method", "body"), [("GET", b""), ("PATCH", b"{}"), ("DELETE", b"")])
    async def test_a_bucket_of_others_is_like_none(self, method: str, body: bytes, house: House) -> None:
        stranger = await house.tenant("210987654321", "theirs")
        replies = [await ask_as(stranger, house, method, f"/v1/buckets/{name}", body) for name in ("photos", "nobody-s")]
        assert [problem(reply) for reply in replies] == [(404, "no-such-bucket")] * 2
        details = [says(reply)["detail"].replace("nobody-s", "photos") for reply in replies]
        assert details[0] == details[1]
        assert bucket(house).revision == 1

    @pytest.mark.parametrize("name", ["A", "a/b", "%ff", "a..b", ""])
    async def test_what_is_no_name_is_refused(self, name: str, house: House) -> None:
        assert problem(await ask(house, "GET", f"/v1/buckets/{name}"))[0] in {400, 404}


class TestChanging:
    async def test_what_is_named_changes_and_the_rest_stays(self, house: House) -> None:
        await make(house, {"name": "cards", **FULL})
        reply = await change(house, {"purpose": "new", "lifecycle": {"expire_days": 9}}, name="cards")
        assert (reply.status, reply.headers["etag"]) == (200, '"2"')
        told = says(reply)
        assert told["lifecycle"] == {**FULL["lifecycle"], "expire_days": 9}  # type: ignore[dict-item]  # it is a document
        assert {name: told[name] for name in FULL} == {**FULL, "purpose": "new", "lifecycle": told["lifecycle"]}
        assert told == says(await ask(house, "GET", "/v1/buckets/cards"))

    async def test_null_brings_back_what_a_plain_bucket_has(self, house: House) -> None:
        await make(house, {"name": "cards", **FULL, "versioning": "off"})
        told = says(await change(house, dict.fromkeys(FULL), name="cards"))
        assert {name: told[name] for name in PLAIN} == {**PLAIN, "revision": 2}

    async def test_null_inside_limits_and_lifecycle_is_none_and_never(self, house: House) -> None:
        document = {"limits": {"object_bytes": 5}, "lifecycle": {"expire_days": 1, "noncurrent_days": 1, "incomplete_days": 5}}
        await change(house, document)
        nothing = {name: dict.fromkeys(members) for name, members in document.items()}
        told = says(await change(house, nothing))
        assert {name: told[name] for name in document} == nothing

    async def test_what_was_read_can_be_said_again(self, house: House) -> None:
        made = says(await make(house, {"name": "cards", **FULL}))
        told = says(await change(house, {name: made[name] for name in FULL}, name="cards"))
        assert told == {**made, "revision": 2}

    async def test_both_media_types_of_a_change_are_taken(self, house: House) -> None:
        reply = await ask(house, "PATCH", "/v1/buckets/photos", headers=[JSON], body=b'{"trash_days":1}')
        assert (reply.status, bucket(house).trash) == (200, timedelta(days=1))

    async def test_who_knows_the_present_rules_may_change_them(self, house: House) -> None:
        for tag in ('"1"', "2", "*"):
            assert (await change(house, {"purpose": tag}, ("If-Match", tag))).status == 200
        assert bucket(house).revision == 4

    @pytest.mark.parametrize("headers", [("If-Match", '"2"'), ("If-Match", '"0"'), ("If-None-Match", "*")])
    async def test_who_knows_other_rules_changes_nothing(self, headers: tuple[str, str], house: House) -> None:
        assert problem(await change(house, {"purpose": "new"}, headers)) == (412, "precondition-failed")
        assert bucket(house).revision == 1

    @pytest.mark.parametrize("headers", [(), (("If-Match", '"1"'),)])
    async def test_of_two_changes_at_the_same_time_one_is_made(
        self, headers: tuple[tuple[str, str], ...], house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other is made between the look at the bucket and the change."""
        change_bucket = MemoryCatalog.change_bucket

        async def late(catalog: MemoryCatalog, wanted: Bucket, *, origin: Origin) -> Bucket:
            await change_bucket(catalog, replace(wanted, purpose="the other's"), origin=origin)
            return await change_bucket(catalog, wanted, origin=origin)

        monkeypatch.setattr(MemoryCatalog, "change_bucket", late)
        assert problem(await change(house, {"purpose": "mine"}, *headers)) == (409, "overtaken")
        assert bucket(house).purpose == "the other's"

    async def test_versions_that_were_kept_can_only_be_suspended(self, house: House) -> None:
        assert (await change(house, {"versioning": "enabled"})).status == 200
        for off in ("off", None):
            assert problem(await change(house, {"versioning": off})) == (400, "invalid-value")
        assert says(await change(house, {"versioning": "suspended"}))["versioning"] == "suspended"

    @pytest.mark.parametrize("document", [{"name": "others"}, {"placement": "cold"}, {"revision": 5}, {"limits": {"bytes": 1}}])
    async def test_what_does_not_change_cannot_be_changed(self, document: Any, house: House) -> None:
        assert problem(await change(house, document)) == (400, "invalid-value")
        assert bucket(house).revision == 1

    async def test_whoever_does_not_govern_changes_nothing(self, house: House) -> None:
        tenant = await house.tenant("210987654321", "theirs", Role.USER)
        assert problem(await ask_as(tenant, house, "PATCH", "/v1/buckets/theirs", b"{}")) == (403, "not-permitted")


class TestDeleting:
    async def test_an_empty_bucket_is_deleted_and_its_name_is_free(self, house: House) -> None:
        reply = await ask(house, "DELETE", "/v1/buckets/photos")
        assert (reply.status, reply.body) == (204, b"")
        for method in ("GET", "DELETE"):
            assert problem(await ask(house, method, "/v1/buckets/photos")) == (404, "no-such-bucket")
        assert (await make(house, {"name": "photos"})).status == 201

    async def test_a_bucket_that_holds_something_stays(self, canary: House) -> None:
        for target in ("/v1/buckets/photos", "/v1/buckets/photos?force=false"):
            assert problem(await ask(canary, "DELETE", target)) == (409, "bucket-not-empty")
        assert (await ask(canary, "GET", "/photos/canary")).status == 200

    async def test_with_force_it_is_gone_at_once_and_a_job_does_the_rest(self, canary: House) -> None:
        reply = await ask(canary, "DELETE", "/v1/buckets/photos?force=true")
        told = says(reply)
        assert (reply.status, reply.headers["location"]) == (202, told["job"]["url"])
        assert problem(await ask(canary, "GET", "/v1/objects/photos/canary")) == (404, "no-such-bucket")
        job = says(await ask(canary, "GET", told["job"]["url"].removeprefix("https://files.example.org")))
        times = job.pop("created_at"), job.pop("updated_at")
        assert times[0] == times[1]
        assert job == {
            "id": told["job"]["id"],
            "kind": "purge",
            "state": "waiting",
            "progress": {},
            "error": None,
            "result": None,
        }

    async def test_force_is_true_or_false(self, house: House) -> None:
        assert problem(await ask(house, "DELETE", "/v1/buckets/photos?force=maybe")) == (400, "invalid-value")

    @pytest.mark.parametrize("header", ["If-Match", "If-Unmodified-Since"])
    async def test_a_condition_is_not_passed_over(self, header: str, house: House) -> None:
        reply = await ask(house, "DELETE", "/v1/buckets/photos", headers=[(header, '"1"')])
        assert problem(reply) == (501, "not-implemented")
        assert bucket(house).revision == 1

    async def test_whoever_does_not_govern_deletes_nothing(self, house: House) -> None:
        tenant = await house.tenant("210987654321", "theirs", Role.USER)
        for target in ("/v1/buckets/theirs", "/v1/buckets/theirs?force=true"):
            assert problem(await ask_as(tenant, house, "DELETE", target)) == (403, "not-permitted")


class TestJobs:
    async def test_a_job_of_others_is_like_none(self, house: House) -> None:
        stranger = await house.tenant("210987654321", "theirs")
        [own, of_nobody] = await house.jobs.enqueue([NewJob(kind="purge", account=house.alice.user.account), NewJob(kind="sweep")])
        assert (await ask(house, "GET", f"/v1/jobs/{own}")).status == 200
        for reply in (
            await ask_as(stranger, house, "GET", f"/v1/jobs/{own}"),
            await ask(house, "GET", f"/v1/jobs/{of_nobody}"),
            await ask(house, "GET", "/v1/jobs/01a1fcf3-dfde-76a5-ae8f-61c74b2a1021"),
        ):
            assert problem(reply) == (404, "no-such-resource")

    @pytest.mark.parametrize("job", ["1", "01A1FCF3-DFDE-76A5-AE8F-61C74B2A1021", "%ff"])
    async def test_what_is_no_id_is_refused(self, job: str, house: House) -> None:
        assert problem(await ask(house, "GET", f"/v1/jobs/{job}")) == (400, "invalid-value")
