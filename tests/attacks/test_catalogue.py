"""What README.md says of the corpus is so."""

from enum import StrEnum
from pathlib import Path

import pytest

from tests.attacks.catalogue import README, Row, by_number, in_corpus, rows, with_table
from tests.attacks.corpus import After, Auth, Case, Sent, Surface, cases

ROOT = Path(__file__).parents[2]


def test_the_table_is_that_of_today() -> None:
    page = README.read_text("utf-8")
    assert page == with_table(page), "run python -m tests.attacks"


def test_every_attack_is_tried_or_waits_for_something() -> None:
    known = rows()
    tried = in_corpus().keys() | by_number().keys()
    assert [row.number for row in known] == list(range(1, 155))
    assert tried <= {row.number for row in known}
    assert not [row.number for row in known if not (row.number in tried or row.elsewhere or row.awaits)]


@pytest.mark.parametrize("row", [row for row in rows() if row.elsewhere], ids=lambda row: str(row.number))
def test_what_is_tried_elsewhere_is_there(row: Row) -> None:
    assert not [file for file in row.elsewhere if not (ROOT / file).is_file()]


def test_no_two_cases_have_one_name() -> None:
    names = [str(case) for case in cases()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("field", "kind"), [("sent", Sent), ("auth", Auth), ("connection", After), ("surface", Surface)])
def test_no_word_is_there_that_no_case_needs(field: str, kind: type[StrEnum]) -> None:
    assert {getattr(case, field) for case in cases()} == set(kind)


def test_a_case_that_says_what_nobody_knows_is_none() -> None:
    with pytest.raises(TypeError):
        Case(row=1, name="x", nonsense=True)  # type: ignore[call-arg]
