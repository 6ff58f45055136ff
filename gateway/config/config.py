"""All settings as one value, and the table of what may be set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, get_type_hints

from buckets.catalog.settings import CatalogSettings
from buckets.sessions.settings import SessionsSettings
from buckets.settings import Secret, Setting, setting
from gateway.auth.settings import AuthSettings
from gateway.edge.settings import EdgeSettings
from gateway.observe.settings import ObserveSettings
from gateway.worker.settings import AuditSettings, WorkerSettings
from seaweedfs.settings import StoreSettings


class Environment(StrEnum):
    """What is at stake."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Seawall as a whole."""

    environment: Environment = field(
        default=Environment.DEVELOPMENT, metadata=setting("What is at stake; production refuses what would be unsafe there.")
    )
    workers: int = field(default=1, metadata=setting("Processes of `seawall serve` that share its ports.", least=1, most=256))
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    auth: AuthSettings = field(default_factory=AuthSettings)
    catalog: CatalogSettings = field(default_factory=CatalogSettings)
    sessions: SessionsSettings = field(default_factory=SessionsSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    observe: ObserveSettings = field(default_factory=ObserveSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting, and the names it goes by."""

    section: str
    name: str
    kind: type
    default: Any
    setting: Setting

    @property
    def dotted(self) -> str:
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def secret(self) -> bool:
        return self.kind is Secret


def variable(dotted: str) -> str:
    """The environment variable of a dotted name."""
    return "__".join(["SEAWALL", *dotted.split(".")]).upper()


def sections() -> Mapping[str, type]:
    """The sections by their names; the one without a name is the top level."""
    kinds = get_type_hints(Config)
    return {"": Config, **{each.name: kinds[each.name] for each in fields(Config) if is_dataclass(kinds[each.name])}}


def assemble(values: Mapping[str, Any]) -> Config:
    """The configuration that holds these values, by dotted name, and defaults for the rest."""
    parts = {
        section: {
            option.name: values[dotted] for dotted, option in OPTIONS.items() if option.section == section and dotted in values
        }
        for section in sections()
    }
    return Config(**parts.pop(""), **{section: sections()[section](**part) for section, part in parts.items()})


def shown(config: Config, option: Option) -> str:
    """What a setting stands at, as it would be written; of a secret only whether there is one."""
    return written(getattr(getattr(config, option.section) if option.section else config, option.name))


def written(value: object) -> str:
    if isinstance(value, Secret):
        return str(value) if value else ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _options() -> Iterator[Option]:
    for section, owner in sections().items():
        kinds = get_type_hints(owner)
        for each in fields(owner):
            if "setting" in each.metadata:
                yield Option(
                    section=section, name=each.name, kind=kinds[each.name], default=each.default, setting=each.metadata["setting"]
                )


OPTIONS: Mapping[str, Option] = MappingProxyType({option.dotted: option for option in _options()})
