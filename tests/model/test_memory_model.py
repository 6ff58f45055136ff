"""The use cases over memory do what a dictionary does."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import ObjectMachine
from tests.model.world import memory_world


def test_objects_in_memory_are_those_of_the_model() -> None:
    class InMemory(ObjectMachine):
        def __init__(self) -> None:
            super().__init__(memory_world)

    run_state_machine_as_test(
        InMemory, settings=settings(max_examples=150, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow])
    )
