"""Forms are read as they were written, however they arrive; whatever could be read in two ways is refused."""

import io
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import aiohttp
import pytest
import requests
from aiohttp.abc import AbstractStreamWriter
from hypothesis import example, given
from hypothesis import strategies as st

from buckets.errors import ClientGone, MalformedForm
from gateway.wire.form import PIECE, Form, Limits, Part, boundary_of
from tests.factories.bodies import MIB, body, broken, noise

BOUNDARY = b"AaB03x"
MARK = b"\r\n--" + BOUNDARY
FIELD = b'Content-Disposition: form-data; name="a"'
REAL = re.compile(rb"\r\n--AaB03x(\r\n|--|[ \t])")
NEARLY = [
    b"\r",
    b"\n",
    b"\r\n",
    b"-",
    b"--",
    b"x",
    b" ",
    MARK,
    MARK[:-1],
    MARK + b"x",
    MARK + b"-",
    MARK + b"\r",
    b"\n--AaB03x\n",
    b"--AaB03x",
]


@dataclass(frozen=True)
class Read:
    """A part, whole."""

    name: str
    filename: str | None
    content_type: str | None
    content: bytes


def browser(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def curl(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def block(part: Read, escape: Callable[[str], str] = browser) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{escape(part.name)}"']
    if part.filename is not None:
        lines[0] += f'; filename="{escape(part.filename)}"'
    if part.content_type is not None:
        lines.append(f"Content-Type: {part.content_type}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + part.content


def form(*blocks: bytes, before: bytes = b"", after: bytes = b"\r\n") -> bytes:
    """Parts as they stand between boundaries: their headers, an empty line and their content."""
    return before + b"--AaB03x\r\n" + b"\r\n--AaB03x\r\n".join(blocks) + b"\r\n--AaB03x--" + after


def field(content: bytes) -> bytes:
    return FIELD + b"\r\n\r\n" + content


def chopped(raw: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = [*sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    return [raw[start:end] for start, end in zip([0, *ends], ends, strict=False)]


async def whole(part: Part) -> Read:
    return Read(part.name, part.filename, part.content_type, b"".join([piece async for piece in part.body]))


async def read(*chunks: bytes, boundary: bytes = BOUNDARY, limits: Limits = Limits()) -> list[Read]:  # noqa: B008  # frozen
    return await drain(Form(body(*chunks), boundary, limits))


async def drain(parts: Form) -> list[Read]:
    return [await whole(part) async for part in parts]


async def refusal(*chunks: bytes, limits: Limits = Limits()) -> str:  # noqa: B008  # frozen
    with pytest.raises(MalformedForm) as caught:
        await read(*chunks, limits=limits)
    return caught.value.reason


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)
NAMES = WORDS.filter(bool)
CONTENTS = st.lists(st.sampled_from(NEARLY) | st.binary(max_size=9)).map(b"".join)
SAFE_CONTENTS = CONTENTS.filter(lambda content: not REAL.search(b"\r\n" + content + b"\r\n"))
TYPES = st.none() | st.sampled_from(["text/plain", "image/svg+xml; charset=utf-8", "x"])
PARTS = st.builds(Read, NAMES, st.none() | WORDS, TYPES, SAFE_CONTENTS)
SAMPLE = form(block(Read("key", None, None, b"")), block(Read("file", "ü.txt", "text/plain", MARK + b"x\r\n-\r")), before=b"hi\r\n")
SAMPLE_READ = [Read("key", None, None, b""), Read("file", "ü.txt", "text/plain", MARK + b"x\r\n-\r")]


class TestRoundTrips:
    @given(parts=st.lists(PARTS, min_size=1, max_size=5), cuts=st.lists(st.integers(min_value=0), max_size=20))
    async def test_what_browsers_write_is_read(self, parts: list[Read], cuts: list[int]) -> None:
        parts = [part for part in parts if not re.search(r"%22|%0D|%0A|\\", part.name + str(part.filename))]
        raw = form(*(block(part) for part in parts)) if parts else b"--AaB03x--\r\n"
        assert await read(*chopped(raw, cuts)) == parts

    @given(parts=st.lists(PARTS, min_size=1, max_size=5), cuts=st.lists(st.integers(min_value=0), max_size=20))
    @example(parts=[Read('a\\"', "\\", None, b"")], cuts=[])
    async def test_what_curl_writes_is_read(self, parts: list[Read], cuts: list[int]) -> None:
        parts = [part for part in parts if not re.search(r"%22|%0D|%0A", part.name + str(part.filename))] or SAMPLE_READ
        assert await read(*chopped(form(*(block(part, curl) for part in parts)), cuts)) == parts

    @pytest.mark.parametrize("after", [b"", b"\r\n", b"\r\nepilogue"])
    async def test_a_form_may_be_cut_anywhere(self, after: bytes) -> None:
        raw = SAMPLE.removesuffix(b"\r\n") + after
        for cut in range(len(raw) + 1):
            assert await read(raw[:cut], b"", raw[cut:]) == SAMPLE_READ
        assert await read(*(raw[at : at + 1] for at in range(len(raw)))) == SAMPLE_READ

    @given(content=SAFE_CONTENTS)
    async def test_what_looks_nearly_like_a_boundary_is_content(self, content: bytes) -> None:
        assert await read(form(field(content))) == [Read("a", None, None, content)]

    @pytest.mark.parametrize("size", [0, 1, PIECE - 9, PIECE - 8, PIECE - 2, PIECE, 3 * PIECE + 1])
    @pytest.mark.parametrize("chunk", [1000, PIECE, 9 * MIB])
    async def test_a_file_of_any_size_is_read_in_small_pieces(self, size: int, chunk: int) -> None:
        raw = form(field(noise(size)))
        pieces = []
        async for part in Form(body(*(raw[at : at + chunk] for at in range(0, len(raw), chunk))), BOUNDARY):
            pieces += [piece async for piece in part.body]
        assert b"".join(pieces) == noise(size)
        assert all(0 < len(piece) <= PIECE for piece in pieces)

    async def test_a_form_without_parts_is_a_form(self) -> None:
        assert await read(b"--AaB03x--\r\n") == []
        assert await read(b"\r\n--AaB03x--") == []

    async def test_a_part_without_even_an_empty_line_has_no_content(self) -> None:
        assert await read(form(FIELD + b"\r\n", field(b"x"))) == [Read("a", None, None, b""), Read("a", None, None, b"x")]


class Written(AbstractStreamWriter):
    """What aiohttp sends."""

    def __init__(self) -> None:
        self.raw = b""

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        self.raw += chunk

    async def write_eof(self, chunk: bytes = b"") -> None:
        raise NotImplementedError

    async def drain(self) -> None:
        raise NotImplementedError

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        raise NotImplementedError

    def enable_chunking(self) -> None:
        raise NotImplementedError

    async def write_headers(self, status_line: str, headers: object) -> None:
        raise NotImplementedError


async def written(payload: aiohttp.payload.Payload) -> Written:
    await payload.write(writer := Written())
    return writer


class TestEncoders:
    @given(parts=st.lists(PARTS, min_size=1, max_size=4))
    async def test_what_requests_writes_is_read(self, parts: list[Read]) -> None:
        parts = [part for part in parts if not re.search(r"%22|%0D|%0A|\\", part.name + str(part.filename))] or SAMPLE_READ
        parts = [replace(part, content_type=part.content_type or "a/b") for part in parts]
        files = [(part.name, (part.filename, part.content, part.content_type or "")) for part in parts]
        sent = requests.Request("POST", "http://localhost/", files=files).prepare()
        assert isinstance(sent.body, bytes)
        assert await read(sent.body, boundary=_boundary(sent.headers)) == parts

    @given(parts=st.lists(PARTS, min_size=1, max_size=4))
    async def test_what_aiohttp_writes_is_read(self, parts: list[Read]) -> None:
        parts = [part for part in parts if not re.search(r"%22|%0D|%0A", part.name + str(part.filename))] or SAMPLE_READ
        data = aiohttp.FormData(quote_fields=False)
        for part in parts:
            data.add_field(
                part.name, io.BytesIO(part.content), filename=part.filename or "x", content_type=part.content_type or "a/b"
            )
        payload = data()
        expected = [Read(part.name, part.filename or "x", part.content_type or "a/b", part.content) for part in parts]
        assert await read((await written(payload)).raw, boundary=_boundary(payload.headers)) == expected

    async def test_what_a_multipart_writer_of_aiohttp_says_of_sizes_is_no_concern(self) -> None:
        with aiohttp.MultipartWriter("form-data") as writer:
            writer.append(b"some bytes").set_content_disposition("form-data", name="a")
        (part,) = await read((await written(writer)).raw, boundary=writer.boundary.encode())
        assert (part.name, part.content) == ("a", b"some bytes")


def _boundary(headers: object) -> bytes:
    assert hasattr(headers, "__getitem__")
    return boundary_of(headers["Content-Type"])


class TestBoundaryOf:
    @pytest.mark.parametrize(
        ("content_type", "boundary"),
        [
            ("multipart/form-data; boundary=AaB03x", b"AaB03x"),
            ('Multipart/Form-Data;charset=utf-8; BOUNDARY="a b:(c)=?";', b"a b:(c)=?"),
            ("multipart/form-data; boundary=----=_Part_1/2.3", b"----=_Part_1/2.3"),
            ("multipart/form-data; boundary=" + "x" * 70, b"x" * 70),
        ],
    )
    def test_these_name_a_boundary(self, content_type: str, boundary: bytes) -> None:
        assert boundary_of(content_type) == boundary

    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            'multipart/form-data; boundary=""',
            'multipart/form-data; boundary="a "',
            'multipart/form-data; boundary="a',
            'multipart/form-data; boundary="a\\"b"',
            'multipart/form-data; boundary="a\r\nb"',
            "multipart/form-data; boundary=ä",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; boundary=a; boundary=a",
            "multipart/form-data; boundary=a; Boundary=b",
            "multipart/form-data; boundary=" + "x" * 71,
            "multipart/form-data boundary=a",
            "multipart/mixed; boundary=a",
            "text/plain; boundary=a",
            "application/x-www-form-urlencoded",
        ],
    )
    def test_these_name_none(self, content_type: str) -> None:
        with pytest.raises(MalformedForm):
            boundary_of(content_type)


class TestHeaders:
    @pytest.mark.parametrize(
        ("disposition", "name", "filename"),
        [
            ('form-data; name="a"', "a", None),
            ("FORM-DATA;NAME=a;filename=b.txt", "a", "b.txt"),
            ('form-data ; filename="f" ; name="n" ; size=3;', "n", "f"),
            ('form-data; name="a"; filename=""', "a", ""),
            ('form-data; name="a;b=c"; filename="x; name=y"', "a;b=c", "x; name=y"),
            ('form-data; name="%22a%22 %25 %20"; filename="100%.txt"', '"a" %25 %20', "100%.txt"),
            (r'form-data; name="\"a\\"; filename="\"%22"', '"a\\', '"%22'),
            ("form-data; name*=utf-8''%D0%BA", "к", None),
            (r'form-data; name="a"; filename="C:\dir\b.txt"', "a", r"C:\dir\b.txt"),
            ("form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac%20rates", "a", "€ rates"),
            ('form-data; name="a"; filename*=utf-8\'en\'x; filename="plain"', "a", "plain"),
            ('form-data; name="a"; filename=""; filename*=utf-8\'en\'x', "a", ""),
        ],
    )
    async def test_a_disposition_is_read(self, disposition: str, name: str, filename: str | None) -> None:
        raw = form(f"content-DISPOSITION: {disposition} \r\n\r\nx".encode())
        assert await read(raw) == [Read(name, filename, None, b"x")]

    @pytest.mark.parametrize(
        "disposition",
        [
            "",
            "form-data",
            'form-data; name=""',
            'form-data; filename="a"',
            'form-data; name="a',
            'form-data; name="a"b"',
            'form-data; name="a\\"',
            'form-data name="a"',
            'form-data, name="a"',
            'form-data; name="a"; name="b"',
            'form-data; name="a"; NAME="a"',
            'form-data; name="a"; filename="a"; filename="b"',
            'attachment; name="a"',
            'file; name="a"',
            'form-data; name="a%0D%0Ab"',
            'form-data; name="a"; filename="x%0Ay"',
            'form-data; name="a\tb"',
            'form-data; name="a\x00b"',
            'form-data; name="a\rb"',
            'form-data; name="a\nb"',
            'form-data; name="a"; filename="a\x7f"',
            'form-data; name="a"; filename="a\x85"',
            "form-data; name=\"a\"; filename*=iso-8859-1''%e9",
            "form-data; name=\"a\"; filename*=utf-8''%e9",
            "form-data; name=\"a\"; filename*=utf-8''%00",
            "form-data; name=\"a\"; filename*=utf-8''%0d%0a",
            "form-data; name=\"a\"; filename*=utf-8''%zz",
            "form-data; name=\"a\"; filename*=utf-8''é",
            'form-data; name="a"; filename*=plain',
        ],
    )
    async def test_a_disposition_is_refused(self, disposition: str) -> None:
        assert await refusal(form(f"Content-Disposition: {disposition}\r\n\r\nx".encode()))

    @pytest.mark.parametrize(
        "headers",
        [
            b"",
            b"\r\n" + FIELD,
            b"Content-Type: text/plain",
            FIELD.replace(b'"a"', b'"\xff"'),
            FIELD + b"\r\n" + FIELD,
            FIELD + b"\r\nno colon",
            FIELD + b"\r\n: no name",
            FIELD + b"\r\nbad name: x",
            FIELD + b"\r\nname : x",
            FIELD + b"\r\n folded: x",
            FIELD + b"\nx: y",
            FIELD + b"\r\nx: a\rb",
            FIELD + b"\r\nx: a\x00b",
            FIELD + b"\r\n--AaB03x",
            FIELD + b"\r\nContent-Type: text/\x01plain",
            FIELD + "\r\nContent-Type: tëxt/plain".encode(),
            FIELD + b"\r\nContent-Type: x/" + b"y" * 255,
            FIELD + b"\r\nContent-Type: multipart/mixed; boundary=b",
            FIELD + b"\r\nContent-Type: Multipart/Form-Data",
            FIELD + b"\r\nContent-Transfer-Encoding: base64",
            FIELD + b"\r\nContent-Transfer-Encoding: quoted-printable",
            FIELD + b"\r\nContent-Transfer-Encoding: binary, base64",
        ],
    )
    async def test_headers_are_refused(self, headers: bytes) -> None:
        assert await refusal(form(headers + b"\r\n\r\nx"))

    @pytest.mark.parametrize("encoding", ["binary", "8bit", "7BIT"])
    async def test_an_encoding_that_encodes_nothing_may_stand(self, encoding: str) -> None:
        parts = Form(body(form(FIELD + f"\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Type:\r\n\r\nx".encode())), BOUNDARY)
        part = await anext(parts)
        assert part.headers["content-transfer-encoding"] == encoding
        assert part.content_type is None


class TestLimits:
    @pytest.mark.parametrize("cut", [0, 20])
    async def test_headers_are_limited_in_bytes(self, cut: int) -> None:
        roomy, limits = FIELD + b"\r\nx: ", Limits(header_bytes=200)
        fits = roomy + b"y" * (200 - len(b"\r\n" + roomy + b"\r\n\r\n"))
        for headers, answer in (fits, True), (fits + b"y", False), (fits + b"y" * 900, False):
            raw = form(headers + b"\r\n\r\nx")
            if answer:
                assert await read(raw[:cut], raw[cut:], limits=limits)
            else:
                assert "200 bytes of headers" in await refusal(raw[:cut], raw[cut:], limits=limits)

    async def test_headers_without_end_are_refused_when_they_are_too_many_bytes(self) -> None:
        async def endless() -> AsyncIterator[bytes]:
            yield b"--AaB03x\r\n"
            while True:
                yield b"x" * 100

        with pytest.raises(MalformedForm, match="8192 bytes of headers"):
            await anext(Form(endless(), BOUNDARY))

    async def test_headers_are_limited_in_number(self) -> None:
        for many, answer in (15, True), (16, False):
            raw = form(FIELD + b"".join(b"\r\nx%d: y" % number for number in range(many)) + b"\r\n\r\nx")
            if answer:
                assert await read(raw)
            else:
                assert await refusal(raw) == "a part has more than 16 headers"

    async def test_parts_are_limited_in_number(self) -> None:
        assert len(await read(form(*[field(b"x")] * 1000))) == 1000
        assert await refusal(form(*[field(b"x")] * 1001)) == "it has more than 1000 parts"

    @pytest.mark.parametrize("size", [1, 1024])
    async def test_a_small_preamble_and_a_small_epilogue_are_passed_over(self, size: int) -> None:
        raw = form(field(b"y"), before=b"x" * size + b"\r\n", after=(b"\r\n" + b"z" * size)[:1024])
        assert await read(raw) == await read(*chopped(raw, range(len(raw)))) == [Read("a", None, None, b"y")]

    async def test_a_larger_preamble_is_refused(self) -> None:
        assert await refusal(form(field(b"y"), before=b"x" * 1025 + b"\r\n")) == "it does not begin with its boundary"
        with pytest.raises(MalformedForm):
            await anext(Form(body(*[b"x" * 9] * 1000, form(field(b"y"))), BOUNDARY))

    @pytest.mark.parametrize("cuts", [[], [-300], range(10_000)])
    async def test_a_larger_epilogue_is_refused(self, cuts: Sequence[int]) -> None:
        raw = form(field(b"y"), after=b"\r\n" + b"z" * 1023)
        assert await refusal(*chopped(raw, cuts)) == "it goes on behind its last boundary"

    async def test_a_field_is_read_up_to_its_limit(self) -> None:
        raw = form(field("grün".encode()))
        assert [await part.text(5) async for part in Form(body(raw), BOUNDARY)] == ["grün"]
        with pytest.raises(MalformedForm, match="4 bytes"):
            await (await anext(Form(body(raw), BOUNDARY))).text(4)

    async def test_a_field_that_is_not_utf_8_is_refused(self) -> None:
        part = await anext(Form(body(form(field(b"\xfcber"))), BOUNDARY))
        with pytest.raises(MalformedForm, match="UTF-8"):
            await part.text(100)


class TestAmbiguity:
    @pytest.mark.parametrize(
        "raw",
        [
            form(field(b"x")).replace(b"\r\n", b"\n"),
            form(field(b"x"), before=b"x"),
            form(field(b"x"), before=b"\n"),
            form(field(b"x" + MARK + b" \r\ny")),
            form(field(b"x" + MARK + b"\t\r\ny")),
            form(field(b"x" + MARK + b"--y")),
            form(field(b"x" + MARK + b"-- \r\ny")),
            form(field(b"x"), after=b"\n"),
            form(field(b"x"), after=b"\r"),
            form(field(b"x"), after=b"x\r\n"),
            form(field(b"x"), after=b"-\r\n"),
            form(field(b"x"), before=b"--AaB03x "),
            form(field(b"x"), before=b"x--AaB03x\r\n" + field(b"y") + b"\r\n"),
        ],
    )
    async def test_what_two_readers_could_read_in_two_ways_is_refused(self, raw: bytes) -> None:
        await refusal(raw)
        await refusal(*chopped(raw, range(len(raw))))


class TestTruncation:
    @pytest.mark.parametrize("size", range(len(SAMPLE) - 2))
    async def test_a_form_that_ends_early_is_refused(self, size: int) -> None:
        await refusal(SAMPLE[:size])

    @pytest.mark.parametrize("size", range(len(SAMPLE) + 1))
    async def test_what_the_body_raises_comes_out(self, size: int) -> None:
        fault = ClientGone()
        with pytest.raises(ClientGone) as caught:
            await drain(Form(broken(SAMPLE[:size], fault=fault), BOUNDARY))
        assert caught.value is fault

    async def test_a_truncated_file_does_not_look_whole(self) -> None:
        raw = form(field(b"x" * 100))
        part = await anext(Form(body(raw[:-6]), BOUNDARY))
        with pytest.raises(MalformedForm):
            await whole(part)

    @pytest.mark.parametrize(
        "raw", [form(field(b"x"), b"nothing\r\n\r\ny", field(b"z")), form(field(b"x"), after=b"z" * 10 + b"--")]
    )
    async def test_a_broken_form_stays_broken(self, raw: bytes) -> None:
        parts = Form(body(raw), BOUNDARY)
        await anext(parts)
        for _ in range(3):
            with pytest.raises(MalformedForm):
                await anext(parts)

    async def test_a_form_that_is_over_stays_over(self) -> None:
        parts = Form(body(form(field(b"x"))), BOUNDARY)
        part = await anext(parts)
        for _ in range(2):
            with pytest.raises(StopAsyncIteration):
                await anext(parts)
        with pytest.raises(RuntimeError):
            await anext(aiter(part.body))


class TestDrawing:
    async def test_what_is_not_read_of_a_part_is_passed_over(self) -> None:
        parts = Form(body(form(field(noise(MIB)), field(b"second"), field(b"third"))), BOUNDARY)
        first = await anext(parts)
        assert await anext(aiter(first.body)) == noise(MIB)[:PIECE]
        await anext(parts)
        assert (await whole(await anext(parts))).content == b"third"

    async def test_a_part_that_was_left_cannot_be_read_on_as_if_it_ended_there(self) -> None:
        parts = Form(body(form(field(noise(MIB)), field(b"second"))), BOUNDARY)
        first = await anext(parts)
        await anext(aiter(first.body))
        second = await anext(parts)
        with pytest.raises(RuntimeError):
            await whole(first)
        assert (await whole(second)).content == b"second"

    async def test_a_part_that_was_read_stays_at_its_end(self) -> None:
        parts = Form(body(form(field(b"first"), field(b"second"))), BOUNDARY)
        first = await anext(parts)
        await whole(first)
        second = await anext(parts)
        assert (await whole(first)).content == b""
        assert (await whole(second)).content == b"second"

    async def test_no_more_is_drawn_than_is_handed_on(self) -> None:
        drawn = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal drawn
            yield b"--AaB03x\r\n" + field(b"")
            while True:
                drawn += 1
                yield b"x" * 1000

        part = await anext(Form(counted(), BOUNDARY))
        seen = [await anext(aiter(part.body)) for _ in range(50)]
        assert drawn * 1000 == sum(map(len, seen))


def hostile() -> Iterator[tuple[str, Iterator[bytes]]]:
    yield "single bytes", (b"x" for _ in range(200_000))
    yield "single CRs", (b"\r" for _ in range(200_000))
    yield "CRs", (b"\r" * PIECE for _ in range(64))
    yield "line ends", (b"\r\n" * PIECE for _ in range(32))
    yield "one large chunk of CRs", iter([b"\r" * (32 * MIB)])
    yield "near boundaries", ((MARK + b"x") * 30_000 for _ in range(16))
    yield "near boundaries in single bytes", ((MARK + b"x")[at % 11 : at % 11 + 1] for at in range(200_000 - 200_000 % 11))
    yield "beginnings of boundaries", (MARK[:-1] * 30_000 for _ in range(64))


@pytest.mark.parametrize("chunks", [pytest.param(chunks, id=name) for name, chunks in hostile()])
async def test_a_hostile_body_is_looked_through_once_and_not_held(chunks: Iterator[bytes]) -> None:
    """Whenever the next chunk is drawn, no more is held of the one before than may be the beginning of a boundary."""
    sent, kept = 0, 0

    async def watched() -> AsyncIterator[bytes]:
        nonlocal sent, kept
        yield b"--AaB03x\r\n" + field(b"")
        for chunk in chunks:
            kept = max(kept, len(parts._stream._held) - parts._stream._at)
            sent += len(chunk)
            yield chunk
        yield MARK + b"--"

    parts = Form(watched(), BOUNDARY)
    part = await anext(parts)
    assert sum([len(piece) async for piece in part.body]) == sent
    assert kept <= len(MARK) + 2
