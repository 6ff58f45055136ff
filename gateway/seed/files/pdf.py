"""PDF documents of one page of text: ISO 32000-1, 7.5."""

from collections.abc import Sequence
from itertools import accumulate

_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """What Latin-1 does not have is replaced."""
    text = _page(title, lines)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % _escaped(title),
    ]
    objects = [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1)]
    *starts, end = accumulate(map(len, objects), initial=len(_HEADER))
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(bodies) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, end)
    return _HEADER + b"".join(objects) + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _page(title: str, lines: Sequence[str]) -> bytes:
    heading = b"BT /F1 20 Tf 56 770 Td (%s) Tj ET\n" % _escaped(title)
    return heading + b"BT /F1 11 Tf 16 TL 56 735 Td\n" + b"\n".join(b"(%s) Tj T*" % _escaped(line) for line in lines) + b"\nET"


def _escaped(text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
