"""The buckets that every installation starts with, a TOML file each: change a copy, or delete the bucket."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from buckets.errors import BrokenSetting
from buckets.model.bucket import AuditReads, Lifecycle, Limits, Rules, Versioning, Visibility
from buckets.names import BucketName


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a shipped bucket is like."""

    name: BucketName
    placement: str
    rules: Rules


def shipped() -> Iterator[Definition]:
    """The definitions in the order of their names."""
    for file in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield parse(BucketName(file.name.removesuffix(".toml")), tomllib.loads(file.read_text("utf-8")))


def parse(name: BucketName, table: dict[str, Any]) -> Definition:
    """Everything is to be written out, and nothing else may stand there."""
    try:
        definition = Definition(name=name, placement=str(table.pop("placement")), rules=_rules(table))
    except (KeyError, ValueError, TypeError) as error:
        raise BrokenSetting(f"The definition of the bucket {name} is not valid: {error!r}") from error
    if table:
        raise BrokenSetting(f"The definition of the bucket {name} has unknown settings: {', '.join(sorted(table))}")
    return definition


def _rules(table: dict[str, Any]) -> Rules:
    limits, lifecycle = table.pop("limits"), table.pop("lifecycle")
    return Rules(
        purpose=str(table.pop("purpose")),
        versioning=Versioning(table.pop("versioning")),
        visibility=Visibility(table.pop("visibility")),
        trash=timedelta(days=table.pop("trash_days")),
        cache=timedelta(seconds=table.pop("cache_seconds")),
        limits=Limits(**_unless_zero(limits)),
        lifecycle=Lifecycle(**_unless_zero(lifecycle)),
        audit_reads=AuditReads(table.pop("audit_reads")),
    )


def _unless_zero(table: dict[str, int]) -> dict[str, int | None]:
    """TOML has no word for nothing: 0 is no limit, and never."""
    return {name: number or None for name, number in table.items()}
