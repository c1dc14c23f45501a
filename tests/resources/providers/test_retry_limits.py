from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resources.providers.retry_limits import CircuitBreaker, RetryBudget


@given(st.lists(st.booleans(), max_size=300))
def test_retries_stay_within_a_tenth_or_three(fails: list[bool]) -> None:
    budget = RetryBudget()
    for failed in fails:
        budget.ask()
        while failed and budget.take():
            pass
    assert budget.retries <= max(3, len(fails) / 10)


def test_a_small_run_has_three_retries() -> None:
    budget = RetryBudget()
    budget.ask()
    assert [budget.take() for _ in range(4)] == [True, True, True, False]


def test_a_breaker_opens_probes_and_closes() -> None:
    seconds = [100.0]
    breaker = CircuitBreaker(lambda: seconds[0], troubles_max=3, open_seconds=30)
    for _ in range(3):
        assert breaker.lets_through()
        breaker.note(trouble=True)
    assert not breaker.lets_through()
    seconds[0] += 30
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.note(trouble=True)
    seconds[0] += 29
    assert not breaker.lets_through()
    seconds[0] += 1
    assert breaker.lets_through()
    breaker.note(trouble=False)
    assert all(breaker.lets_through() for _ in range(3))


def test_troubles_count_only_in_a_row() -> None:
    breaker = CircuitBreaker(lambda: 0.0, troubles_max=3)
    for trouble in (True, True, False, True, True):
        breaker.note(trouble=trouble)
    assert breaker.lets_through()
