"""The buckets that are shipped: everything about each is written out."""

import tomllib
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest

from buckets.defaults import parse, shipped
from buckets.errors import BrokenSetting
from buckets.model.bucket import AuditReads, Versioning, Visibility
from buckets.names import BucketName

NAMES = ["assets", "avatars", "batches", "datasets", "documents", "renders", "templates"]


def table(name: str = "assets") -> dict[str, Any]:
    return tomllib.loads((resources.files("buckets.defaults") / f"{name}.toml").read_text("utf-8"))


def test_all_are_there() -> None:
    assert [definition.name for definition in shipped()] == NAMES


def test_only_assets_are_public_and_caches_may_keep_them() -> None:
    public = [each for each in shipped() if each.rules.visibility is Visibility.PUBLIC]
    assert [each.name for each in public] == ["assets"]
    assert public[0].rules.cache == timedelta(minutes=5)
    assert all(each.rules.cache == timedelta() for each in shipped() if each not in public)


def test_reads_are_on_record_but_of_assets_only_those_that_were_denied() -> None:
    said = {each.name: each.rules.audit_reads for each in shipped()}
    assert said.pop(BucketName("assets")) is AuditReads.DENIED
    assert set(said.values()) == {AuditReads.ALL}


def test_each_has_a_limit_and_a_purpose() -> None:
    assert all(each.rules.limits.object_bytes and each.rules.purpose for each in shipped())


def test_nothing_is_no_limit_and_never() -> None:
    rules = parse(BucketName("assets"), {**table(), "limits": {"object_bytes": 0}}).rules
    assert (rules.limits.object_bytes, rules.lifecycle.expire_days) == (None, None)
    assert (rules.versioning, rules.lifecycle.incomplete_days) == (Versioning.OFF, 1)


@pytest.mark.parametrize("missing", [*table(), "limits.object_bytes", "lifecycle.expire_days"])
def test_everything_is_written_out(missing: str) -> None:
    for name in NAMES:
        value: Any = table(name)
        for part in missing.split("."):
            assert part in value
            value = value[part]


@pytest.mark.parametrize("missing", list(table()))
def test_what_is_left_out_is_missed(missing: str) -> None:
    with pytest.raises(BrokenSetting, match="assets"):
        parse(BucketName("assets"), {name: value for name, value in table().items() if name != missing})


@pytest.mark.parametrize(
    "change",
    [
        {"visibility": "open"},
        {"versioning": "sometimes"},
        {"limits": {"objects": 3}},
        {"lifecycle": {"after": 1}},
        {"trash_days": "a week"},
        {"audit_reads": "some"},
        {"colour": "red"},
    ],
)
def test_what_is_not_known_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BrokenSetting, match="assets"):
        parse(BucketName("assets"), {**table(), **change})
