"""Documents as attacks: reliability.md, attacks 99 to 101. The only way a document is refused is MalformedXml."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from buckets.errors import ClientGone, MalformedXml
from gateway.s3.xml.element import Element
from gateway.s3.xml.reader import read_document
from gateway.s3.xml.text import NAMESPACE
from tests.acceptance.resident import Resident
from tests.unit.s3.reading import arriving, read

LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE Delete [<!ENTITY l0 "lol">{LOL}]><Delete>&l9;</Delete>'
QUADRATIC = f'<!DOCTYPE Delete [<!ENTITY a "{"a" * 8000}">]><Delete>{"&a;" * 600}</Delete>'
XXE = '<!DOCTYPE Delete [<!ENTITY x SYSTEM "{}">]><Delete><Object><Key>&x;</Key></Object></Delete>'
DOCTYPES = {
    "bare": "<!DOCTYPE Delete><Delete/>",
    "behind a comment": "<?xml version='1.0'?><!-- a --><?b c?>\n<!DOCTYPE Delete><Delete/>",
    "billion laughs": BOMB,
    "quadratic": QUADRATIC,
    "in an attribute": BOMB.replace("<Delete>&l9;", "<Delete a='&l9;'>"),
    "file": XXE.format("file:///etc/hostname"),
    "http": XXE.format("http://127.0.0.1:9/x"),
    "external subset": '<!DOCTYPE Delete SYSTEM "file:///etc/hostname"><Delete/>',
    "public": '<!DOCTYPE Delete PUBLIC "-//x//y" "http://127.0.0.1:9/x"><Delete/>',
    "parameter entity": '<!DOCTYPE Delete [<!ENTITY % x SYSTEM "file:///etc/hostname">%x;]><Delete/>',
    "defaults": '<!DOCTYPE Delete [<!ATTLIST Delete xmlns CDATA "http://elsewhere">]><Delete/>',
}
LARGE = {
    "deep": b"<Delete>" * 200_000,
    "deep and closed": b"<Delete>" * 100_000 + b"</Delete>" * 100_000,
    "21 levels": b"<Delete>" * 21 + b"</Delete>" * 21,
    "many elements": b"<Delete>" + b"<a/>" * 500_000 + b"</Delete>",
    "long name": b"<Delete><" + b"a" * (2 << 20),
    "open quotes": b'<Delete a="' + b"&quot;" * 300_000,
    "open comment": b"<Delete><!--" + b"- -" * 600_000,
    "open CDATA": b"<Delete><![CDATA[" + b"]]" * 900_000,
    "attributes": b"<Delete " + b" ".join(b"a%d=''" % n for n in range(150_000)) + b"><",
    "equal attributes": b"<Delete " + b"a='' " * 300_000 + b"/>",
    "namespaces": b"<Delete " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(80_000)) + b"><",
    "references": b"<Delete>" + b"&#13;" * 400_000 + b"<",
}
NOT_UTF_8 = {
    "UTF-16 with a mark": "<?xml version='1.0'?><Delete/>".encode("utf-16"),
    "UTF-16 that says UTF-8": "<?xml version='1.0' encoding='UTF-8'?><Delete/>".encode("utf-16"),
    "UTF-16 little": "<Delete/>".encode("utf-16-le"),
    "UTF-16 big": "<Delete/>".encode("utf-16-be"),
    "UTF-32": "<Delete/>".encode("utf-32"),
    "EBCDIC": "<?xml version='1.0'?><Delete/>".encode("cp037"),
    "not UTF-8": b"<Delete>\xff</Delete>",
    "overlong": b"<Delete>\xc0\xaf</Delete>",
    "surrogate": b"<Delete>\xed\xa0\x80</Delete>",
}
DECLARED = ["UTF-16", "utf-16le", "UTF-7", "ISO-8859-1", "US-ASCII", "UTF8", "windows-1252", "x-unknown"]
NOT_WELL_FORMED = [
    "",
    " ",
    "Delete",
    "<Delete>",
    "</Delete>",
    "<Delete/><Delete/>",
    "<Delete/>x",
    "<Delete><Key></Delete></Key>",
    "<Delete>&nbsp;</Delete>",
    "<Delete>&</Delete>",
    "<Delete>&#0;</Delete>",
    "<Delete>&#1;</Delete>",
    "<Delete>&#xD800;</Delete>",
    "<Delete>&#xFFFF;</Delete>",
    "<Delete>\x00</Delete>",
    "<Delete>\x01</Delete>",
    "<Delete>\uffff</Delete>",
    "<Delete>]]></Delete>",
    "<Delete a=1/>",
    "<Delete a='1' a='2'/>",
    "<p:Delete/>",
    "\ufeff\ufeff<Delete/>",
    " <?xml version='1.0'?><Delete/>",
    "<?xml version='2.0'?><Delete/>x",
    '{"Delete": {}}',
]


class TestWhatIsRead:
    @pytest.mark.parametrize("start", ["", "\ufeff", "<?xml version='1.0'?>\n", "<?xml version='1.0' encoding='utf-8'?><!-- a -->"])
    @pytest.mark.parametrize("space", ["", f" xmlns='{NAMESPACE}'"])
    async def test_a_document_with_or_without_the_namespace(self, start: str, space: str) -> None:
        root = await read(f"{start}<Delete{space}>\n\t<Key> é&amp;<![CDATA[<]]>&#13; </Key><?a b?></Delete>\n")
        assert root == Element("Delete", "\n\t", [Element("Key", " é&<\r ", [])])

    async def test_a_prefix_is_as_good_as_none(self) -> None:
        root = await read(f"<s3:Delete xmlns:s3='{NAMESPACE}'><s3:Key>a</s3:Key><Key/></s3:Delete>")
        assert [child.name for child in root.elements] == ["Key", "Key"]

    @pytest.mark.parametrize("piece", [1, 7, 65536])
    async def test_pieces_of_any_size(self, piece: int) -> None:
        assert (await read("<Delete><Key>äöü😀</Key></Delete>", piece=piece)).texts("Key") == {"Key": "äöü😀"}

    async def test_twenty_levels(self) -> None:
        element = await read("<Delete>" * 20 + "</Delete>" * 20)
        for _ in range(19):
            (element,) = element.children("Delete")["Delete"]
        assert element.text() == ""

    async def test_a_text_that_speaks_of_a_document_type(self) -> None:
        assert (await read("<Delete><![CDATA[<!DOCTYPE a>]]></Delete>")).text() == "<!DOCTYPE a>"


class TestAttacks:
    @pytest.mark.parametrize("raw", NOT_WELL_FORMED)
    async def test_what_is_not_well_formed_is_refused(self, raw: str) -> None:
        with pytest.raises(MalformedXml):
            await read(raw.encode("utf-8", "surrogatepass"))

    @pytest.mark.parametrize("raw", DOCTYPES.values(), ids=DOCTYPES)
    async def test_a_document_type_is_refused(self, raw: str) -> None:
        with pytest.raises(MalformedXml, match="document type"):
            await read(raw)

    @pytest.mark.parametrize("raw", LARGE.values(), ids=LARGE)
    async def test_a_document_that_is_large_in_any_way_is_refused(self, raw: bytes) -> None:
        with pytest.raises(MalformedXml):
            await read(raw)

    @pytest.mark.parametrize("raw", NOT_UTF_8.values(), ids=NOT_UTF_8)
    async def test_bytes_that_are_not_utf_8_are_refused(self, raw: bytes) -> None:
        with pytest.raises(MalformedXml):
            await read(raw)

    @pytest.mark.parametrize("encoding", DECLARED)
    async def test_another_encoding_is_refused_even_when_it_makes_no_difference(self, encoding: str) -> None:
        with pytest.raises(MalformedXml, match="encoding is not UTF-8"):
            await read(f"<?xml version='1.0' encoding='{encoding}'?><Delete/>")

    @pytest.mark.parametrize("root", ["delete", "Deletes", "CreateBucketConfiguration", "Error"])
    async def test_another_root_is_refused(self, root: str) -> None:
        with pytest.raises(MalformedXml, match="root is not Delete"):
            await read(f"<{root}><Delete/></{root}>")

    @pytest.mark.parametrize("space", ["http://doc.s3.amazonaws.com/2006-03-01", f"{NAMESPACE}x", f"{NAMESPACE[:-1]}"])
    async def test_another_namespace_is_refused(self, space: str) -> None:
        with pytest.raises(MalformedXml, match="another namespace"):
            await read(f"<Delete><Key xmlns='{space}'/></Delete>")

    @given(
        st.binary(max_size=300)
        | st.from_regex(r"\A(<(/|!|\?|!\[CDATA\[|!--)?(Delete|Key|a:b)?( xmlns(:a)?='b')?[/?\]-]{0,2}>|[&;a ]){0,20}\Z").map(
            str.encode
        )
    )
    @example(b"<Delete xmlns='a b'/>")
    @example(f"<Delete xmlns=' {NAMESPACE}'/>".encode())
    async def test_no_bytes_make_the_reader_fall(self, raw: bytes) -> None:
        with suppress(MalformedXml):
            assert (await read(raw)).name == "Delete"

    @given(st.from_regex(r"\A<Delete>(<Key>(a|&#1[03];|\r|\n|&lt;|<!-- b -->|<!\[CDATA\[&\]\]>)*</Key>|<Key/>|\n){0,9}</Delete>\Z"))
    async def test_our_reader_and_lxml_agree(self, raw: str) -> None:
        peer = etree.fromstring(raw.encode(), etree.XMLParser(remove_comments=True))
        assert [key.text() for key in (await read(raw)).children(many=["Key"])["Key"]] == [key.text or "" for key in peer]


class TestLimits:
    async def test_an_endless_body_is_read_up_to_the_limit_only(self) -> None:
        drawn = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal drawn
            while True:
                drawn += 65536
                yield b"<Delete>".ljust(65536)

        with pytest.raises(MalformedXml, match="larger than 1048576 bytes"):
            await read_document(endless(), root="Delete", most=1 << 20)
        assert drawn == (1 << 20) + 65536

    async def test_the_limit_itself_is_allowed(self) -> None:
        raw = b"<Delete>".ljust(991) + b"</Delete>"
        assert (await read_document(arriving(raw), root="Delete", most=1000)).name == "Delete"
        with pytest.raises(MalformedXml, match="larger than 999 bytes"):
            await read_document(arriving(raw), root="Delete", most=999)

    async def test_an_accident_of_the_body_stays_what_it_is(self) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield b"<Delete>"
            raise ClientGone

        with pytest.raises(ClientGone):
            await read_document(broken(), root="Delete")

    async def test_names_that_nobody_knows_do_not_stay_in_memory(self) -> None:
        def document(number: int) -> bytes:
            return b"<Delete>" + b"".join(b"<n%d_%d_%s/>" % (number, n, b"x" * 150) for n in range(10_000)) + b"</Delete>"

        memory = Resident(os.getpid())
        await read(document(0))
        before = memory.now()
        for number in range(1, 13):
            await read(document(number))
        assert memory.now() - before < 8 << 20


class TestElements:
    async def test_fields_are_given_by_name(self) -> None:
        root = await read("<Delete><Key>a</Key>\n<Key>b</Key><Quiet>c</Quiet></Delete>")
        found = root.children("Quiet", "Size", many=["Key"])
        assert {name: [child.text() for child in children] for name, children in found.items()} == {
            "Quiet": ["c"],
            "Size": [],
            "Key": ["a", "b"],
        }

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            ("<Delete><Key/><Other/></Delete>", "Delete holds an element that does not belong there"),
            ("<Delete><key/></Delete>", "does not belong there"),
            ("<Delete><Key/><Key/></Delete>", "Key stands twice in Delete"),
            ("<Delete>a<Key/></Delete>", "Delete holds text where elements were expected"),
            ("<Delete><Key/>\u00a0</Delete>", "Delete holds text"),
            ("<Delete>a</Delete>", "Delete holds text"),
            ("<Delete><Key>a<b/></Key></Delete>", "Key holds elements where text was expected"),
        ],
    )
    async def test_what_was_not_asked_for_is_refused(self, raw: str, reason: str) -> None:
        root = await read(raw)
        with pytest.raises(MalformedXml, match=re.escape(reason)):
            root.texts("Key")
