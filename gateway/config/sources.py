"""Where values come from. Each source yields what it was given under the names of `OPTIONS`, or notes what nobody knows."""

import errno
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gateway.config.config import OPTIONS, Option, sections, variable
from gateway.config.problems import Problems, Unusable

PREFIX = "SEAWALL__"
FAMILIAR: Mapping[str, str] = MappingProxyType(
    {
        "DATABASE_URL": "catalog.dsn",
        "REDIS_URL": "sessions.url",
        "AWS_REGION": "edge.region",
        "AWS_DEFAULT_REGION": "edge.region",
    }
)
_SECRET_FILES: Mapping[str, Option] = MappingProxyType({f"{dotted}_file": each for dotted, each in OPTIONS.items() if each.secret})
_NAMES: Mapping[str, Option] = MappingProxyType({**OPTIONS, **_SECRET_FILES})
_VARIABLES: Mapping[str, str] = MappingProxyType({variable(dotted): dotted for dotted in _NAMES})
_LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Given:
    """One value as somebody gave it, and the file that it was read from, if any."""

    option: Option
    text: str
    source: str
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A settings file in TOML."""

    path: Path
    tree: Mapping[str, Any]
    world_readable: bool

    @classmethod
    def read(cls, path: Path) -> "ConfigFile":
        try:
            raw, world_readable = _read(path)
            return cls(path=path, tree=tomllib.loads(raw.decode("utf-8")), world_readable=world_readable)
        except tomllib.TOMLDecodeError as error:
            raise Unusable(f"The configuration file {path} is not TOML{_place(error)}.") from error
        except (OSError, ValueError) as error:
            raise Unusable(f"The configuration file {path} cannot be read.") from error

    def secrets(self) -> list[str]:
        """The secrets that stand in the file itself."""
        return [dotted for dotted, _ in _flat(self.tree) if dotted in OPTIONS and OPTIONS[dotted].secret]


def from_file(file: ConfigFile, problems: Problems) -> Iterator[Given]:
    for dotted, value in _flat(file.tree):
        with problems.collected(_option_name(dotted), source=str(file.path)):
            yield _given(dotted, value, source=str(file.path), file=file.path)


def from_familiar(environ: Mapping[str, str]) -> Iterator[Given]:
    """What other programs' variables say. An empty one says nothing; of two for one setting the first in the table wins."""
    seen = set()
    for name, dotted in FAMILIAR.items():
        if environ.get(name) and dotted not in seen:
            seen.add(dotted)
            yield Given(OPTIONS[dotted], environ[name], name)


def from_environment(environ: Mapping[str, str], problems: Problems) -> Iterator[Given]:
    for name in sorted(environ):
        if name.startswith(PREFIX):
            with problems.collected(_option_name(_VARIABLES.get(name, name)), source="environment"):
                yield _given(_VARIABLES[_known(name, _VARIABLES)], environ[name], source=name)


def from_flags(flags: Mapping[str, str], problems: Problems) -> Iterator[Given]:
    for dotted, text in flags.items():
        with problems.collected(_option_name(dotted), source="command line"):
            yield _given(dotted, text, source="command line")


def _given(dotted: str, value: object, *, source: str, file: Path | None = None) -> Given:
    option = _NAMES[_known(dotted, _NAMES)]
    text = _as_text(option, value)
    if dotted in OPTIONS:
        return Given(option, text, source, file)
    return Given(option, _secret_text(option, Path(text)), f"{source}: {text}", Path(text))


def _option_name(dotted: str) -> str:
    return _NAMES[dotted].dotted if dotted in _NAMES else dotted


def _known(name: str, names: Mapping[str, object]) -> str:
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    raise Unusable(f"There is no setting {name}{f'; did you mean {near[0]}?' if near else '.'}")


def _as_text(option: Option, value: object) -> str:
    """The text of a TOML value; a number where a text belongs is as wrong as the other way round."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) and option.kind is bool:
        return str(value).lower()
    if isinstance(value, int | float) and not isinstance(value, bool) and option.kind in (int, float):
        return str(value)
    raise Unusable(f"{option.dotted} is not valid: a value of another type was expected.")


def _flat(tree: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if not isinstance(value, dict) or name not in sections():
            yield name, value
        else:
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())


def _secret_text(option: Option, path: Path) -> str:
    """The secret in a file. Errors do not name the file: whoever mixes up the two names puts the secret there."""
    try:
        raw, world_readable = _read(path)
        text = raw.decode("utf-8")
    except (OSError, ValueError) as error:
        raise Unusable(f"The file given for {option.dotted} cannot be read.") from error
    if world_readable:
        raise Unusable(f"The file given for {option.dotted} can be read by everybody; take that right away (chmod o-r).")
    return text.removesuffix("\n").removesuffix("\r")


def _read(path: Path) -> tuple[bytes, bool]:
    """The content of a file, and whether everybody can read it: both of the same file, whatever happens to its name."""
    with path.open("rb") as file:
        raw = file.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise OSError(errno.EFBIG, "too large")
        return raw, bool(os.fstat(file.fileno()).st_mode & stat.S_IROTH)


def _place(error: tomllib.TOMLDecodeError) -> str:
    """Where the parser stopped; its message may quote what stands there, which may be a secret."""
    found = str(error).rpartition("(at ")
    return f" (at {found[2]}" if found[1] else ""
