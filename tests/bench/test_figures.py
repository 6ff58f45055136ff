"""What is made of the measurements, and how it is shown."""

from tests.bench import figures, table
from tests.bench.figures import Goal
from tests.bench.load import Outcome
from tests.bench.rows import Row
from tests.bench.table import Line
from tests.bench.turns import Turn, costs, speed

ROW = Row(name="GET", part="get-small", size=10_000, objects=1, connections=1, goal=Goal(text="≥ 0.5", least=0.5))


def turn(answers: int, **cpu: float) -> Turn:
    return Turn(Outcome(answers=answers, seconds=1.0, busy=0.25, latencies=[0.001] * 98 + [0.2] * 2), cpu, others=0.4)


def test_a_ratio_compares_within_a_round_and_not_across() -> None:
    assert figures.ratio([100, 1000, 500], [200, 2000, 400]) == 0.5


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [figures.percentile(values, part) for part in (0, 0.5, 0.99, 1)] == [1, 50, 99, 100]
    assert figures.percentile([7.0], 0.99) == 7


def test_a_goal_is_reached_at_its_bound() -> None:
    assert [Goal(text="", least=0.9).verdict(value) for value in (0.89, 0.9, 5)] == ["no", "yes", "yes"]
    assert [Goal(text="", most=30).verdict(value) for value in (30, 30.1)] == ["yes", "no"]


def test_a_row_tells_medians_the_ratio_and_whether_that_is_enough() -> None:
    cells = speed(ROW, [turn(50), turn(70), turn(60)], [turn(100), turn(100), turn(100)])
    told = {
        "Seawall": "60 /s",
        "bare": "100 /s",
        "ratio": "0.60",
        "goal": "≥ 0.5",
        "met": "yes",
        "p50, ms": "1.0",
        "p99, ms": "200.0",
    }
    assert cells == told


def test_large_bodies_are_told_by_the_byte() -> None:
    large = Row(name="GET", part="large", size=256_000_000, objects=1, connections=1)
    assert speed(large, [turn(2)], [])["Seawall"] == "512 MB/s"


def test_a_row_without_anything_beside_it_claims_no_goal() -> None:
    cells = speed(ROW, [turn(50)], [])
    assert [cells[name] for name in ("bare", "ratio", "goal", "met")] == [""] * 4


def test_cpu_is_told_by_who_spent_it() -> None:
    turns = [turn(1, Seawall=0.002, PostgreSQL=0.0001), turn(1, Seawall=0.004, PostgreSQL=0.0001), turn(1, bare=0.001)]
    spent = {"CPU Seawall, ms": "3", "CPU PostgreSQL, ms": "0.1", "CPU bare, ms": "1"}
    assert costs(turns) == {**spent, "driver busy": "25%", "others busy": "40%"}


def test_outcomes_of_drivers_add_up() -> None:
    both = Outcome.together(Outcome(answers=10, seconds=seconds, busy=busy) for seconds, busy in ((1.0, 0.5), (2.0, 0.1)))
    assert (both.answers, both.rate, both.busy) == (20, 10, 0.5)


def test_tables_have_a_column_for_whatever_a_line_knows() -> None:
    lines = [Line("GET", {"rate": "1 /s"}), Line("a longer name", {"rate": "22 /s", "ratio": "0.5"})]
    assert list(table.text(lines)) == ["what            rate  ratio", "GET             1 /s", "a longer name  22 /s    0.5"]
    assert list(table.markdown(lines)) == [
        "| what | rate | ratio |",
        "| --- | ---: | ---: |",
        "| GET | 1 /s |  |",
        "| a longer name | 22 /s | 0.5 |",
    ]
