"""A request for each route that is carried out, and who may send it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from buckets.model.account import Role
from tests.http.wire import Headers

ROLES = (Role.READ_ONLY, Role.USER, Role.SERVICE, Role.ADMIN, Role.OWNER)
"""From those that may least to those that may most."""

PASSWORD = "correct horse"
MULTI = b"<Delete><Object><Key>k</Key></Object></Delete>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request for a route that is carried out, and who may send it. `shared` is what all accounts have of their own.

    What is done `in_person` nobody does for another.
    """

    least: Role
    query: str = ""
    body: bytes = b""
    headers: Headers = ()
    shared: bool = False
    in_person: bool = False


def said(document: Any, *, least: Role, **more: Any) -> Row:
    return Row(least=least, body=json.dumps(document).encode(), headers=[("Content-Type", "application/json")], **more)


REST: Mapping[str, Row] = {
    "CreateAccount": said({"name": "other", "owner": {"name": "x"}}, least=Role.ADMIN),
    "ListAccounts": Row(least=Role.READ_ONLY, shared=True),
    "GetAccount": Row(least=Role.READ_ONLY),
    "ChangeAccount": said({"name": "renamed"}, least=Role.ADMIN),
    "CreateBucket": said({"name": "another"}, least=Role.ADMIN, shared=True),
    "ListBuckets": Row(least=Role.READ_ONLY, shared=True),
    "GetBucket": Row(least=Role.READ_ONLY),
    "HeadBucket": Row(least=Role.READ_ONLY),
    "ChangeBucket": said({"purpose": "other"}, least=Role.ADMIN),
    "DeleteBucket": Row(least=Role.ADMIN, query="force=true"),
    "CopyObject": Row(least=Role.USER, query="copy-to=photos%2Fcopied"),
    "MoveObject": Row(least=Role.SERVICE, query="move-to=photos%2Fmoved"),
    "RestoreObject": Row(least=Role.USER, query="restore="),
    "ChangeObject": said({"tags": {"a": "b"}}, least=Role.SERVICE),
    "Explain": Row(least=Role.READ_ONLY, query="action=get_object", shared=True),
    "GetJob": Row(least=Role.READ_ONLY),
    "ListObjects": Row(least=Role.READ_ONLY),
    "GetMe": Row(least=Role.READ_ONLY, shared=True),
    "ChangeMe": said({"name": "me"}, least=Role.READ_ONLY, shared=True),
    "GetObjectInfo": Row(least=Role.READ_ONLY, query="info="),
    "GetObjectTags": Row(least=Role.READ_ONLY, query="tags="),
    "GetObject": Row(least=Role.READ_ONLY),
    "HeadObject": Row(least=Role.READ_ONLY),
    "DeleteObject": Row(least=Role.SERVICE),
    "PutObject": Row(least=Role.SERVICE, body=b"x"),
    "PostObject": Row(least=Role.USER, body=b"x", headers=[("Content-Type", "text/plain")]),
    "CreateUser": said({"name": "x", "role": "user"}, least=Role.ADMIN, shared=True),
    "ListUsers": Row(least=Role.ADMIN, shared=True),
    "GetUser": Row(least=Role.ADMIN),
    "ChangeUser": said({"name": "renamed"}, least=Role.ADMIN),
    "DeleteUser": Row(least=Role.ADMIN),
    "CreateKey": said({"name": "x", "kind": "bearer"}, least=Role.READ_ONLY, shared=True, in_person=True),
    "ListKeys": Row(least=Role.READ_ONLY, shared=True, in_person=True),
    "GetKey": Row(least=Role.READ_ONLY, in_person=True),
    "RevokeKey": Row(least=Role.READ_ONLY, in_person=True),
    "RotateKey": said({}, least=Role.READ_ONLY, query="rotate=", in_person=True),
    "ListSessions": Row(least=Role.READ_ONLY, shared=True, in_person=True),
    "GetSession": Row(least=Role.READ_ONLY, in_person=True),
    "DeleteSession": Row(least=Role.READ_ONLY, in_person=True),
    "ChangePassword": said({"current": PASSWORD, "new": "another horse"}, least=Role.READ_ONLY, shared=True, in_person=True),
    "ListAudit": Row(least=Role.ADMIN, shared=True),
    "ListObjectVersions": Row(least=Role.READ_ONLY, query="versions="),
}
S3: Mapping[str, Row] = {
    "ListBuckets": Row(least=Role.READ_ONLY, shared=True),
    "CreateBucket": Row(least=Role.ADMIN, shared=True),
    "HeadBucket": Row(least=Role.READ_ONLY),
    "DeleteBucket": Row(least=Role.ADMIN),
    "GetBucketLocation": Row(least=Role.READ_ONLY, query="location="),
    "ListObjects": Row(least=Role.READ_ONLY),
    "ListObjectsV2": Row(least=Role.READ_ONLY, query="list-type=2"),
    "DeleteObjects": Row(
        least=Role.SERVICE,
        query="delete=",
        body=MULTI,
        headers=[("Content-MD5", base64.b64encode(hashlib.md5(MULTI).digest()).decode())],
    ),
    "PutObject": Row(least=Role.SERVICE, body=b"x"),
    "CopyObject": Row(least=Role.SERVICE, headers=[("x-amz-copy-source", "/photos/source")]),
    "GetObject": Row(least=Role.READ_ONLY),
    "HeadObject": Row(least=Role.READ_ONLY),
    "DeleteObject": Row(least=Role.SERVICE),
}
