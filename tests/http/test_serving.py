"""What was stored, on its way out over both fronts: as it came in, and nothing that anybody uploaded runs as a page of ours."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.model.commit import Committed, EditItem
from buckets.model.version import Content, Head
from tests.factories import values
from tests.http.house import House, served
from tests.http.wire import Reply, ask

FRONTS = {"/photos/": "x-amz-meta-", "/v1/objects/photos/": "seawall-meta-"}
SANDBOX = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}
HOSTILE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
WHOLE = b"x" * 100

# What a door lets in: no control characters, and no blanks at the ends, which HTTP takes for its own.
stored_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).filter(
    lambda text: text == text.strip(" ")
)
names = st.from_regex(r"\A[a-z0-9!#$%&'*+.^_`|~-]{1,12}\Z")
anything = st.text(st.characters(exclude_categories=()), max_size=20)
stored_headers = st.sampled_from(["cache-control", "content-disposition", "content-encoding", "content-language", "expires"])


async def plant(house: House, key: str = "a", body: bytes = WHOLE, **said: Any) -> Head:
    """An object with these words beside it, past every door."""
    assert (await ask(house, "PUT", f"/photos/{key}", body=body)).status == 200
    head = house.head(key)
    assert head
    content: Content = replace(head.content, **said)
    bucket = await house.catalog.find_bucket(house.alice.bucket.name)
    assert bucket
    item = EditItem(
        operation=values.IDS.uuid7(),
        bucket=bucket,
        key=head.key,
        origin=values.origin(house.alice.user),
        head=head,
        content=content,
        visibility=None,
    )
    [outcome] = await house.catalog.commit([item])
    assert isinstance(outcome, Committed)
    return outcome.head


async def every_way(house: House, front: str, key: str = "a") -> Sequence[Reply]:
    """Whole, in part, and only talked about."""
    part = [("Range", "bytes=0-9")]
    return [
        await ask(house, "GET", f"{front}{key}"),
        await ask(house, "GET", f"{front}{key}", headers=part),
        await ask(house, "HEAD", f"{front}{key}"),
        await ask(house, "HEAD", f"{front}{key}", headers=part),
    ]


class TestStoredHeaders:
    STORED: Mapping[str, str] = {
        "cache-control": "public, max-age=60",
        "content-disposition": 'attachment; filename="n.png"',
        "content-encoding": "gzip",
        "content-language": "mi, en",
        "expires": "Thu, 01 Dec 1994 16:00:00 GMT",
    }

    @pytest.mark.parametrize("front", FRONTS)
    async def test_what_was_stored_is_given_back_in_every_answer(self, front: str, house: House) -> None:
        await plant(house, headers=self.STORED)
        for reply in await every_way(house, front):
            assert {name: reply.headers[name] for name in self.STORED} == self.STORED
            assert reply.status in (200, 206)

    @pytest.mark.parametrize("front", FRONTS)
    async def test_nothing_stored_is_private_and_asked_for_again(self, front: str, house: House) -> None:
        await plant(house)
        assert {reply.headers["cache-control"] for reply in await every_way(house, front)} == {"private, no-cache"}

    @pytest.mark.parametrize("front", FRONTS)
    async def test_what_is_unmodified_keeps_its_freshness(self, front: str, house: House) -> None:
        head = await plant(house, headers=self.STORED)
        reply = await ask(house, "GET", f"{front}a", headers=[("If-None-Match", f'"{head.content.digests.etag}"')])
        assert (reply.status, reply.headers["cache-control"], reply.headers["expires"]) == (
            304,
            self.STORED["cache-control"],
            self.STORED["expires"],
        )
        assert not {name for name in reply.headers if name.startswith("content-")}


class TestHostileFiles:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        "declared",
        ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "TEXT/HTML; charset=utf-7",
         "application/javascript", "multipart/x-mixed-replace", "text/html,image/png", "image/png,text/html", "x"],
    )  # fmt: skip
    async def test_what_could_run_is_saved_and_never_shown(self, front: str, declared: str, house: House) -> None:
        await plant(house, body=HOSTILE, content_type=declared, headers={"content-disposition": 'INLINE; filename="x.html"'})
        for reply in await every_way(house, front):
            assert SANDBOX.items() <= reply.headers.items()
            assert reply.headers["content-disposition"] == 'attachment; filename="x.html"'
            assert reply.headers["content-type"] == declared

    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize("declared", ["image/png", "text/plain", "video/mp4"])
    async def test_what_lies_about_its_type_is_not_sniffed(self, front: str, declared: str, house: House) -> None:
        await plant(house, body=HOSTILE, content_type=declared)
        for reply in await every_way(house, front):
            assert SANDBOX.items() <= reply.headers.items()
            assert reply.headers["content-type"] == declared

    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("filename", "said"),
        [
            ('x".html', "filename=\"x_.html\"; filename*=UTF-8''x%22.html"),
            ("\u202egpj.exe", "filename=\"_gpj.exe\"; filename*=UTF-8''_gpj.exe"),
            ("a\r\nSet-Cookie: b=c", "filename=\"a__Set-Cookie: b=c\"; filename*=UTF-8''a__Set-Cookie%3A%20b%3Dc"),
            ("\U0001f600.png", "filename=\"_.png\"; filename*=UTF-8''%F0%9F%98%80.png"),
            ("../../etc/passwd", "filename=\"passwd\"; filename*=UTF-8''passwd"),
            ("Über uns.pdf", "filename=\"_ber uns.pdf\"; filename*=UTF-8''%C3%9Cber%20uns.pdf"),
            ("%0d%0a", "filename=\"_0d_0a\"; filename*=UTF-8''%250d%250a"),
        ],
    )
    async def test_every_name_is_said_in_both_forms(self, front: str, filename: str, said: str, house: House) -> None:
        await plant(house, filename=filename, content_type="text/html")
        for reply in await every_way(house, front):
            assert reply.headers["content-disposition"] == f"attachment; {said}"
            assert "set-cookie" not in reply.headers


class TestRanges:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ("bytes=" + ",".join(f"{each}-{each}" for each in range(0, 2000, 2)), 200),
            ("bytes=0-50,10-60", 200),
            ("bytes=0-,0-,0-,0-", 200),
            ("bytes=9-0", 200),
            ("bytes=-0", 416),
            ("bytes=100-", 416),
            ("bytes=-0,-0", 200),
        ],
    )
    async def test_many_ranges_are_the_whole(self, front: str, asked: str, status: int, house: House) -> None:
        await plant(house)
        get, head = [await ask(house, method, f"{front}a", headers=[("Range", asked)]) for method in ("GET", "HEAD")]
        assert (get.status, head.status) == (status, status)
        assert (get.body == WHOLE) == (status == 200)

    @pytest.mark.parametrize("front", FRONTS)
    async def test_an_empty_object_has_no_parts(self, front: str, house: House) -> None:
        await plant(house, body=b"")
        asked = {"bytes=0-": 416, "bytes=-1": 416, "bytes=0-,0-": 200}
        assert {each: (await ask(house, "GET", f"{front}a", headers=[("Range", each)])).status for each in asked} == asked


@dataclass(slots=True)
class Lasting:
    """A house that stands for many examples, and the loop that it stands in."""

    runner: asyncio.Runner
    house: House

    def read(self, **said: Any) -> Mapping[str, Sequence[Reply]]:
        """An object with these words, as both fronts give it."""
        return self.runner.run(self._read(said))

    async def _read(self, said: Mapping[str, Any]) -> Mapping[str, Sequence[Reply]]:
        await plant(self.house, **said)
        return {prefix: await every_way(self.house, front) for front, prefix in FRONTS.items()}


@pytest.fixture(scope="module")
def lasting() -> Iterator[Lasting]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        house = runner.run(_enter(stack))
        yield Lasting(runner, house)
        runner.run(stack.aclose())


async def _enter(stack: AsyncExitStack) -> House:
    return await stack.enter_async_context(served(House()))


class TestWhateverIsStored:
    @given(metadata=st.dictionaries(names, stored_texts, max_size=4))
    def test_metadata_comes_back_byte_by_byte(self, lasting: Lasting, metadata: Mapping[str, str]) -> None:
        for prefix, replies in lasting.read(metadata=metadata).items():
            for reply in replies:
                assert {
                    name.removeprefix(prefix): text for name, text in reply.headers.items() if name.startswith(prefix)
                } == metadata

    @given(
        content_type=anything,
        filename=st.none() | anything,
        headers=st.dictionaries(stored_headers | anything, anything, max_size=3),
        metadata=st.dictionaries(anything, anything, max_size=3),
    )
    def test_an_object_can_be_read_whatever_stands_beside_it(self, lasting: Lasting, **said: Any) -> None:
        for replies in lasting.read(**said).values():
            assert [(reply.status, reply.body) for reply in replies] == [(200, WHOLE), (206, WHOLE[:10]), (200, b""), (206, b"")]
            assert all(SANDBOX.items() <= reply.headers.items() for reply in replies)
