"""What an error looks like is decided by the tables of the fronts: no leaf of the tree is without its rows."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import buckets.errors
from buckets.errors import Busy, ClientFault, NotFound, StorageError
from gateway.rest import problems
from gateway.s3 import errors


def _descendants(kind: type[StorageError]) -> Iterator[type[StorageError]]:
    for child in kind.__subclasses__():
        if child.__module__ == buckets.errors.__name__:
            yield child
            yield from _descendants(child)


LEAVES = [kind for kind in _descendants(StorageError) if not list(_descendants(kind))]
FAMILIES = {Busy}
TABLES: dict[str, Mapping[type[StorageError], Any]] = {"s3": errors.TABLE, "rest": problems.TABLE}


def _answers() -> Iterator[tuple[type[StorageError], errors.Answer]]:
    for kind, row in errors.TABLE.items():
        if isinstance(row, errors.Answer):
            yield kind, row
        else:
            yield from ((kind, answer) for answer in [*row.cases.values(), row.otherwise])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_its_row(table: str, leaf: type[StorageError]) -> None:
    assert leaf in TABLES[table] or FAMILIES & set(leaf.__mro__)


@pytest.mark.parametrize("table", TABLES)
def test_only_families_stand_for_others(table: str) -> None:
    assert set(TABLES[table]) - set(LEAVES) == FAMILIES


def test_facts_that_are_told_are_facts() -> None:
    for kind, answer in _answers():
        assert set(answer.facts.values()) <= set(getattr(kind, "__dataclass_fields__", ())), kind


def test_rows_that_depend_on_a_fact_name_one() -> None:
    for kind, row in errors.TABLE.items():
        assert isinstance(row, errors.Answer) or row.fact in kind.__dict__["__dataclass_fields__"], kind


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_status_says_whose_fault_it_is(leaf: type[StorageError]) -> None:
    statuses = [answer.status for kind, answer in _answers() if kind in leaf.__mro__]
    statuses.append(next(problems.TABLE[kind].status for kind in leaf.__mro__ if kind in problems.TABLE))
    refused_for_good = {501, 505}
    for status in statuses:
        assert (status < 500 or status in refused_for_good) == issubclass(leaf, ClientFault), status
        assert (status == 404) == issubclass(leaf, NotFound)


def test_slugs_are_words_and_codes_are_names() -> None:
    assert all(problem.slug.replace("-", "").islower() for problem in problems.TABLE.values())
    assert all(answer.code.isalnum() and answer.code[0].isupper() for _, answer in _answers())
