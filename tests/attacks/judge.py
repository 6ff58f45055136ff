"""Whether an answer is what a case expects, and well-formed whatever it is."""

import json

from lxml import etree

from tests.attacks.corpus import Case, wire_bytes
from tests.http.house import House
from tests.http.wire import Reply

_XML = etree.XMLParser(resolve_entities=False, no_network=True)
_PROBLEM = {"type", "title", "status", "detail", "instance", "request_id"}


def must_be_expected(case: Case, reply: Reply, house: House) -> None:
    told = code(reply, method=case.method)
    assert (reply.status, told) == (case.answer.status, None if told is None else case.answer.code), reply
    assert reply.version in {"HTTP/1.0", "HTTP/1.1"}
    assert reply.headers["server"] == "Seawall"
    assert {name: reply.headers.get(name) for name in case.headers} == case.headers
    for text in case.says:
        assert wire_bytes(text) in reply.body, reply
    for text in (*case.hides, "hidden", house.alice.token, house.alice.pair.secret):
        assert wire_bytes(text) not in reply.body + "".join(reply.headers.values()).encode(), reply


def code(reply: Reply, *, method: str) -> str | None:
    """Of an error, which has to be well-formed; an answer to HEAD says none."""
    if method == "HEAD":
        return None
    if reply.status < 400:
        return ""
    return _of_document(reply) if reply.headers["content-type"] == "application/xml" else _of_problem(reply)


def _of_document(reply: Reply) -> str:
    document = etree.fromstring(reply.body, _XML)
    assert document.tag == "Error"
    assert document.findtext("Message")
    assert document.findtext("RequestId") == reply.headers["x-amz-request-id"]
    return document.findtext("Code") or ""


def _of_problem(reply: Reply) -> str:
    problem = json.loads(reply.body)
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem.keys() >= _PROBLEM
    assert (problem["status"], problem["request_id"]) == (reply.status, reply.headers["x-request-id"])
    return str(problem["type"]).removeprefix("urn:seawall:problem:")
