"""The error tree: its drawing is the classes, and every message says its facts."""

import re
from collections.abc import Iterator

import pytest

import buckets.errors
from buckets.errors import StorageError

LINE = re.compile(r"^ {4,}(?:[x+] (?P<branch>[A-Z]\w+))?(?P<rest>.*)$")


def _descendants(kind: type[StorageError]) -> Iterator[type[StorageError]]:
    for child in kind.__subclasses__():
        if child.__module__ == buckets.errors.__name__:
            yield child
            yield from _descendants(child)


LEAVES = [kind for kind in _descendants(StorageError) if not list(_descendants(kind))]


def _drawn_leaves() -> list[tuple[str, str]]:
    """Pairs of branch and leaf, as the module's docstring draws them."""
    drawing = (buckets.errors.__doc__ or "").split("\n\n")[1]
    branch, pairs = "", []
    for line in drawing.splitlines()[1:]:
        match = LINE.match(line)
        assert match, line
        branch = match["branch"] or branch
        pairs += [(branch, leaf) for leaf in re.findall(r"\b[A-Z]\w+", match["rest"])]
    return pairs


def _facts(kind: type[StorageError]) -> dict[str, str]:
    """A fact for each of a leaf's fields; leaves without a constructor of their own have those of their branch."""
    return {name: f"<the {name}>" for name in getattr(kind, "__dataclass_fields__", ())}


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_a_message_is_the_docstring_with_the_facts_filled_in(kind: type[StorageError]) -> None:
    facts = _facts(kind)
    message = str(kind(**facts))
    assert message == kind.__dict__["__doc__"].format(**facts)
    assert message.endswith(".")
    assert all(fact in message for fact in facts.values())


def test_the_drawing_is_the_tree() -> None:
    drawn = _drawn_leaves()
    assert sorted(drawn) == sorted((kind.__base__.__name__, kind.__name__) for kind in LEAVES if kind.__base__)
    assert len(set(drawn)) == len(drawn)


def test_braces_in_a_fact_are_only_text() -> None:
    assert str(buckets.errors.NoSuchObject(bucket="{key}", key="{0}")) == "There is no object {0} in bucket {key}."


def test_every_branch_stands_in_the_drawing() -> None:
    branches = {kind.__name__ for kind in _descendants(StorageError)} - {kind.__name__ for kind in LEAVES}
    assert branches == set(re.findall(r"[x+] ([A-Z]\w+)", buckets.errors.__doc__ or ""))


def test_a_busy_service_says_when_to_come_back() -> None:
    assert buckets.errors.StoreBusy().retry_after == 1
