"""What an operator may set, written from the sections themselves: the example environment and the reference page."""

from collections.abc import Iterator
from inspect import getdoc

from gateway.config.config import OPTIONS, Option, sections, variable, written
from gateway.config.sources import FAMILIAR

_EXAMPLE = """\
# Every setting with its default. Take the mark away from what you change.
# Made by `python -m gateway.config example`; docs/configuration.md says where else a value may stand.
"""
_PAGE = """\
# Configuration

Made by `python -m gateway.config reference`. `seawall config show` says what is in force, and where each value came from.

A value is taken from the first place that has one:

1. the command line: a flag of its own, or `--set edge.port=9100`
2. the environment: `SEAWALL__EDGE__PORT=9100`
3. names that other programs use too: {familiar}
4. a TOML file, given by `--config` or `SEAWALL_CONFIG`: `port = 9100` under `[edge]`
5. the default

Every secret may stand in a file of its own: in any of these places its name with `_file` takes the path, as in
`SEAWALL__CATALOG__DSN_FILE=/run/secrets/dsn`. The file must not be readable by everybody; where an orchestrator mounts secrets, ask
it for mode 0440 or 0400.

Durations are seconds (`0.25`), sizes are bytes or `64 KiB`, `5 GiB`. Nothing is guessed: an unknown name, a value that does not
parse and an unsafe combination stop the start, all of them listed at once. `SEAWALL_CONFIG`, `SEAWALL_ENDPOINT` and
`SEAWALL_API_KEY` are not settings of the service.
"""


def example() -> str:
    """The text of `.env.example`."""
    return _EXAMPLE + "".join(_example_section(section) for section in sections())


def reference() -> str:
    """The text of `docs/configuration.md`."""
    familiar = ", ".join(f"`{name}` for `{dotted}`" for name, dotted in FAMILIAR.items())
    return _PAGE.format(familiar=familiar) + "".join(_reference_section(section) for section in sections())


def _of(section: str) -> Iterator[Option]:
    return (option for option in OPTIONS.values() if option.section == section)


def _heading(section: str) -> str:
    return getdoc(sections()[section]) or section


def _example_section(section: str) -> str:
    lines = (f"\n# {_sentence(option)}\n#{variable(option.dotted)}={written(option.default)}\n" for option in _of(section))
    return "".join([f"\n# --- {_heading(section)}\n", *lines])


def _reference_section(section: str) -> str:
    head = f"\n## {section or 'Top level'}\n\n{_heading(section)}\n\n| Setting | Default | Meaning |\n| --- | --- | --- |\n"
    return head + "".join(_row(option) for option in _of(section))


def _row(option: Option) -> str:
    default = f"`{written(option.default)}`" if written(option.default) else ""
    return f"| `{option.dotted}`<br>`{variable(option.dotted)}` | {default} | {_sentence(option)} |\n"


def _sentence(option: Option) -> str:
    return " ".join([option.setting.sentence, *_remarks(option)])


def _remarks(option: Option) -> Iterator[str]:
    if option.secret:
        yield "Secret."
    elif hasattr(option.kind, "__members__"):
        yield f"One of {', '.join(option.kind.__members__.values())}."
    elif option.kind in (int, float):
        yield f"{option.setting.least} to {option.setting.most} {option.setting.unit}".rstrip() + "."
