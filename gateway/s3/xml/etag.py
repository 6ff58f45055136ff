"""Entity tags as S3 writes them: with the quotes they have in headers, escaped."""

from gateway.s3.xml.text import text


def etag_element(etag: str) -> str:
    return f"<ETag>&quot;{text(etag)}&quot;</ETag>"
