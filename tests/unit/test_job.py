"""How long a failed job waits."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from buckets.model.job import backoff

LONGEST = timedelta(hours=1)
NOISE = st.binary(min_size=4, max_size=4)


def test_the_wait_begins_with_a_second_and_doubles_up_to_an_hour() -> None:
    waits = [backoff(attempt, noise=bytes(4)).total_seconds() for attempt in range(1, 14)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]


@given(attempt=st.integers(1, 10_000), noise=NOISE)
def test_noise_takes_at_most_half_of_the_wait_away(attempt: int, noise: bytes) -> None:
    whole = backoff(attempt, noise=bytes(4))
    assert whole / 2 <= backoff(attempt, noise=noise) <= whole <= LONGEST


@given(attempt=st.integers(1, 20), noises=st.tuples(NOISE, NOISE).filter(lambda noises: noises[0] != noises[1]))
def test_jobs_that_failed_together_do_not_come_back_together(attempt: int, noises: tuple[bytes, bytes]) -> None:
    first, second = sorted(noises)
    assert backoff(attempt, noise=first) >= backoff(attempt, noise=second)
