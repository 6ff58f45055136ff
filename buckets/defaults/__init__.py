"""The buckets that every installation starts with, a TOML file each: change a copy, or delete the bucket."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

from buckets.errors import BrokenSetting
from buckets.model.bucket import Versioning, Visibility
from buckets.names import BucketName


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a shipped bucket is like."""

    name: BucketName
    purpose: str
    placement: str
    versioning: Versioning
    visibility: Visibility
    trash: timedelta


def shipped() -> Iterator[Definition]:
    """The definitions in the order of their names."""
    for file in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield _definition(file.name, tomllib.loads(file.read_text("utf-8")))


def _definition(file: str, table: dict[str, object]) -> Definition:
    try:
        return Definition(
            name=BucketName(file.removesuffix(".toml")),
            purpose=str(table.pop("purpose")),
            placement=str(table.pop("placement")),
            versioning=Versioning(str(table.pop("versioning"))),
            visibility=Visibility(str(table.pop("visibility"))),
            trash=timedelta(days=float(str(table.pop("trash_days")))),
        )
    except (KeyError, ValueError) as error:
        raise BrokenSetting(f"The bucket definition {file} is not valid: {error}") from error
    finally:
        if table:
            raise BrokenSetting(f"The bucket definition {file} has unknown settings: {', '.join(sorted(table))}")
