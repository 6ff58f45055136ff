"""Reads the files of `deploy/` and docker-compose.yml as their programs would, as far as they are used here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OURS = ("gateway", "worker", "migrate", "init")
_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<rest>[^{}]*))?\})")
_TOKEN = re.compile(r"""\s+|\#[^\n]*|(?P<mark>[{};])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s{};"'#]+)""")


class Missing(Exception):
    """A variable that compose would not go on without."""


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def compose() -> dict[str, Any]:
    """The file as it stands, its anchors followed."""
    return dict(read_yaml(ROOT / "docker-compose.yml"))


def resolved(tree: Any, variables: Mapping[str, str]) -> Any:
    """The same, with the variables filled in."""
    if isinstance(tree, dict):
        return {name: resolved(branch, variables) for name, branch in tree.items()}
    if isinstance(tree, list):
        return [resolved(branch, variables) for branch in tree]
    return _VARIABLE.sub(lambda match: _value(match, variables), tree) if isinstance(tree, str) else tree


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match["escaped"]:
        return "$"
    if match["how"] == ":?" and not variables.get(match["name"]):
        raise Missing(f"{match['name']}: {match['rest']}")
    return variables.get(match["name"]) or match["rest"] or ""


def variables(tree: Any) -> Iterator[tuple[str, str | None]]:
    """Every variable that is asked for with its default, which is None for one that must be given."""
    if isinstance(tree, dict | list):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from variables(branch)
    elif isinstance(tree, str):
        for match in _VARIABLE.finditer(tree):
            if match["name"]:
                yield match["name"], None if match["how"] == ":?" else match["rest"] or ""


def env_file(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What an example of an environment asks for, and what it only mentions."""
    asked: dict[str, str] = {}
    mentioned: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if match := re.fullmatch(r"(#?)(\w+)=(.*)", line):
            (mentioned if match[1] else asked)[match[2]] = match[3]
    return asked, mentioned


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of a Dockerfile."""

    word: str
    arguments: str

    @property
    def words(self) -> Sequence[str]:
        return self.arguments.split()


def dockerfile() -> list[Instruction]:
    text = "".join(
        line for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines(keepends=True) if not line.lstrip().startswith("#")
    )
    lines = text.replace("\\\n", " ").splitlines()
    return [Instruction(*line.strip().split(maxsplit=1)) for line in lines if line.strip()]


def stages(instructions: Sequence[Instruction]) -> list[list[Instruction]]:
    starts = [number for number, each in enumerate(instructions) if each.word == "FROM"]
    return [list(instructions[start:end]) for start, end in zip(starts, [*starts[1:], None], strict=True)]


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive of nginx, and what its block holds."""

    words: Sequence[str]
    block: "Sequence[Directive] | None" = None

    def walk(self) -> "Iterator[Directive]":
        yield self
        for each in self.block or ():
            yield from each.walk()


def nginx() -> list[Directive]:
    tokens = _tokens((DEPLOY / "nginx/seawall.conf").read_text("utf-8"))
    directives = list(_directives(tokens, inside=False))
    assert next(tokens, None) is None, "something is closed that was not opened"
    return directives


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match, f"nginx would not read {text[position : position + 30]!r}"
        position = match.end()
        if match.lastgroup:
            yield match[0]


def _directives(tokens: Iterator[str], *, inside: bool) -> Iterator[Directive]:
    words: list[str] = []
    for token in tokens:
        if token == "}":
            assert (inside, words) == (True, []), "a } that closes nothing, or closes too early"
            return
        if token in (";", "{"):
            assert words, f"a {token} without a directive"
            yield Directive(words, list(_directives(tokens, inside=True)) if token == "{" else None)
            words = []
        else:
            words.append(token)
    assert (inside, words) == (False, []), "the file ends too early"
