"""The use cases over PostgreSQL and a disk do what a dictionary does."""

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.databases import Database
from tests.model.machine import ObjectMachine
from tests.model.world import postgres_world


def test_objects_in_postgres_and_on_disk_are_those_of_the_model(template: Database, tmp_path: Path) -> None:
    class OverPostgres(ObjectMachine):
        def __init__(self) -> None:
            super().__init__(lambda: postgres_world(template, tmp_path))

    run_state_machine_as_test(
        OverPostgres, settings=settings(max_examples=15, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow])
    )
