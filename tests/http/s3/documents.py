"""Answers in XML, looked at by a parser that has nothing to do with ours."""

from lxml import etree

from tests.http.wire import Reply

_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class Document:
    """The document of an answer that succeeded."""

    def __init__(self, reply: Reply) -> None:
        assert (reply.status, reply.headers["content-type"]) == (200, "application/xml"), reply
        self._root = etree.fromstring(reply.body)
        self.name = self._root.tag.removeprefix(_NAMESPACE)

    def text(self, path: str) -> str | None:
        """Of the first element there; None when there is none."""
        found = self.texts(path)
        return found[0] if found else None

    def texts(self, path: str) -> list[str]:
        steps = "/".join(f"{_NAMESPACE}{step}" for step in path.split("/"))
        return [element.text or "" for element in self._root.findall(steps)]
