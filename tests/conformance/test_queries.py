"""SQL by name: the files are read strictly, and the schema knows every statement in them."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from buckets.catalog import statements
from buckets.catalog.statements import Query
from tests.fixtures.databases import Database, connected


@pytest.mark.every_postgres
async def test_every_statement_can_be_prepared_against_the_migrated_schema(database: Database) -> None:
    async with connected(database.service_dsn) as connection:
        for query in statements.everything().values():
            with naming(query):
                await connection.prepare(query.sql)


async def test_the_service_may_run_every_statement_but_those_of_the_migrations(database: Database) -> None:
    async with connected(database.service_dsn) as connection:
        for query in set(statements.everything().values()) - set(statements.load("migrations").values()):
            with naming(query):
                await connection.execute(f"EXPLAIN (GENERIC_PLAN) {query.sql}")


def test_a_statement_has_its_name_and_keeps_its_sentence_for_the_operator() -> None:
    found = statements.parse(
        "-- name: one\n-- The first.\nSELECT 1;\n\n-- name: two\n-- The second.\n-- A note.\nSELECT\n  2;\n", origin="t"
    )

    assert found == {
        "one": Query("one", "-- The first.\nSELECT 1;"),
        "two": Query("two", "-- The second.\n-- A note.\nSELECT\n  2;"),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-- name: one\nSELECT 1;\n", "one has no sentence"),
        ("-- name: one\n--\nSELECT 1;\n", "one has no sentence"),
        ("-- name: one\n-- The first.\n", "one has no statement"),
        ("-- name: one\n-- The first.\n-- And nothing more.\n", "one has no statement"),
        ("-- name: one\n\n-- name: two\n-- The second.\nSELECT 2;\n", "one has no sentence"),
        ("-- name: one\n-- The first.\nSELECT 1;\n-- name: one\n-- Again.\nSELECT 1;\n", "one stands twice"),
        ("SELECT 0;\n-- name: one\n-- The first.\nSELECT 1;\n", "before the first name"),
        ("-- name: One\n-- The first.\nSELECT 1;\n", "before the first name"),
        ("-- name: one\n-- The first.\nSELECT 1;\n-- name two\n-- The second.\nSELECT 2;\n", "a title without a name"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        statements.parse(text, origin="t")


@contextmanager
def naming(query: Query) -> Iterator[None]:
    try:
        yield
    except asyncpg.PostgresError as error:
        pytest.fail(f"{query.name}: {error}")
