"""Keys as files: nothing leads out of the directory."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.client.local_path import local_path

HOSTILE = [
    "..",
    ".",
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "a//b",
    "a/",
    "/",
    "//",
    "a\nb",
    "a\x1b[2Jb",
    "x\u202egnp",
    "é" * 512,
    "x" * 1024,
]


@pytest.mark.parametrize(
    "name", ["a", "a b.txt", "photos/2026/a.jpg", ".hidden", "~", "*", "\\..\\a", "%2e%2e", "😀", "👨\u200d👩\u200d👧", "..."]
)
def test_a_plain_name_is_kept(name: str) -> None:
    assert str(local_path(name)) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_harmless_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / local_path(name)
    assert path.resolve().is_relative_to(tmp_path)
    assert path != tmp_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert str(path.relative_to(tmp_path)).isprintable()


def test_hostile_names_do_not_meet() -> None:
    names = [*HOSTILE, "_", "__", "_/etc/passwd", "a/_/b", "a_b"]
    assert len({local_path(name) for name in names}) == len(names)


def test_a_marked_file_keeps_its_suffix() -> None:
    assert local_path("../card.png").match("__/card~*.png")


@given(st.text(min_size=1, max_size=80))
def test_no_name_leads_up_or_away(name: str) -> None:
    path = local_path(name)
    assert not path.is_absolute()
    assert path.parts
    assert not {"..", ".", ""} & set(path.parts)
    assert all(len(part.encode()) <= 255 for part in path.parts)
