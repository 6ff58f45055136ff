"""Reading the settings. The command line wins over the environment, then come familiar names, the file and the defaults."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from gateway.config.config import OPTIONS, Config, assemble
from gateway.config.parse import parse
from gateway.config.problems import BrokenSettings, Problem, Problems
from gateway.config.sources import ConfigFile, Given, from_environment, from_familiar, from_file, from_flags
from gateway.config.unsafe import unsafe

NO_FLAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, by dotted name where each came from, and the files that secrets were found in."""

    config: Config
    sources: Mapping[str, str]
    secret_files: frozenset[Path] = frozenset()
    problems: Sequence[Problem] = ()


def load(*, flags: Mapping[str, str] = NO_FLAGS, environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Loaded:
    """Read everything, or raise BrokenSettings with all that is wrong. `file` goes before the one that SEAWALL_CONFIG names."""
    loaded = read(flags=flags, environ=environ, file=file)
    if loaded.problems:
        raise BrokenSettings(loaded.problems)
    return loaded


def read(*, flags: Mapping[str, str] = NO_FLAGS, environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Loaded:
    """The same for who wants to see the rest too: what is broken stands at its default, and is told under `problems`."""
    problems = Problems()
    config_file = _config_file(file or environ.get("SEAWALL_CONFIG"), problems)
    given = {
        **_once(from_file(config_file, problems) if config_file else (), problems),
        **_once(from_familiar(environ), problems),
        **_once(from_environment(environ, problems), problems),
        **_once(from_flags(flags, problems), problems),
    }
    config = assemble(_parsed(given, problems))
    _refuse_unsafe(config, config_file, problems)
    return Loaded(
        config,
        sources={dotted: given[dotted].source if dotted in given else "default" for dotted in OPTIONS},
        secret_files=frozenset(each.file for each in given.values() if each.file and each.option.secret),
        problems=problems.found,
    )


def _config_file(path: Path | str | None, problems: Problems) -> ConfigFile | None:
    file: ConfigFile | None = None
    if path:
        with problems.collected():
            file = ConfigFile.read(Path(path))
    return file


def _once(layer: Iterable[Given], problems: Problems) -> dict[str, Given]:
    """What one source says, which may say each thing once."""
    said: dict[str, Given] = {}
    for each in layer:
        dotted = each.option.dotted
        if dotted in said:
            problems.found.append(Problem(f"{dotted} is given twice: {said[dotted].source} and {each.source}.", (dotted,)))
        said[dotted] = each
    return said


def _parsed(given: Mapping[str, Given], problems: Problems) -> dict[str, object]:
    values: dict[str, object] = {}
    for dotted, each in given.items():
        with problems.collected(dotted, source=each.source):
            values[dotted] = parse(each.option, each.text)
    return values


def _refuse_unsafe(config: Config, file: ConfigFile | None, problems: Problems) -> None:
    """A setting that is broken itself stands at its default here, and says nothing about the others."""
    broken = {dotted for problem in problems.found for dotted in problem.about}
    exposed = file.secrets() if file and file.world_readable else ()
    problems.found += [each for each in unsafe(config, exposed=exposed) if broken.isdisjoint(each.about)]
