"""When to stop asking: a budget for all retries of a run, a breaker for a provider in trouble.

Belongs here: the two rules, without clocks or sleeps of their own. Not here: asking (`vendor.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

RETRY_SHARE = 0.1
RETRIES_LEAST = 3  # else a search of five pages could repeat none
TROUBLES_IN_A_ROW_MAX = 5
OPEN_SECONDS = 30.0


@dataclass(slots=True)
class RetryBudget:
    """Lets retries be a tenth of all questions: when a vendor drowns, nobody pours in more."""

    share: float = RETRY_SHARE
    least: int = RETRIES_LEAST
    questions: int = 0
    retries: int = 0

    def ask(self) -> None:
        """Counts a question, whatever becomes of it."""
        self.questions += 1

    def take(self) -> bool:
        """Whether one more try may be made; counted when it may."""
        if self.retries + 1 > max(self.least, self.share * self.questions):
            return False
        self.retries += 1
        return True


@dataclass(slots=True)
class CircuitBreaker:
    """Opens after so many troubles in a row; then lets one question through each time it is due."""

    now: Callable[[], float]
    troubles_max: int = TROUBLES_IN_A_ROW_MAX
    open_seconds: float = OPEN_SECONDS
    _troubles: int = field(default=0, init=False)
    _closed_again_at: float = field(default=0.0, init=False)

    def lets_through(self) -> bool:
        """Whether a question may be asked; while open, only the one that probes."""
        if self._troubles < self.troubles_max:
            return True
        if self.now() < self._closed_again_at:
            return False
        self._closed_again_at = self.now() + self.open_seconds
        return True

    def note(self, *, trouble: bool) -> None:
        """Takes in how a question ended; one answer closes the circuit."""
        self._troubles = self._troubles + 1 if trouble else 0
        if self._troubles >= self.troubles_max:
            self._closed_again_at = self.now() + self.open_seconds
