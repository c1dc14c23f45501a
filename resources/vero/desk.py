"""The account and the reasons that eBay takes, by which a notice can be submitted or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from infringement_dagster.domain.errors import InfringementError
from infringement_dagster.notices.vero import REASONS_BY_FORM_ONLY
from resources.vero.account import NoVeroAccount, VeroAccount
from resources.vero.vero_api import ReasonCode

REFRESH_SECONDS: Final = 86_400.0
RETRY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Known:
    codes: Sequence[ReasonCode]
    trouble: str
    until: float  # of the clock


class VeroDesk:
    """Answers from memory: whoever shows a page never waits for eBay."""

    def __init__(
        self,
        account: Callable[[], VeroAccount],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._clock = clock
        self._lock = threading.Lock()
        self._known = _Known((), "eBay's reasons have not been read yet; try again shortly", 0.0)

    def account(self) -> VeroAccount:
        """The account that reports go out from; raises NoVeroAccount."""
        return self._account()

    def reasons(self, client_id: str, marketplace_id: str) -> list[ReasonCode]:
        """The reasons that a report of the client about an item of the site may give.

        Raises NoVeroAccount, with what to do about it.
        """
        self.account().check_speaks_for(client_id)
        known = self._known
        found = [code for code in known.codes if code.marketplace_id == marketplace_id]
        usable = [code for code in found if code.reason_code not in REASONS_BY_FORM_ONLY]
        if not usable:
            raise NoVeroAccount(
                known.trouble or f"eBay names no reason for reports on {marketplace_id}"
            )
        return usable

    def refresh(self) -> None:
        """Guarantees that the reasons are a day old at most, if there is an account."""
        with self._lock:
            if self._clock() < self._known.until:
                return
            try:
                codes = self.account().api().reason_codes()
            except NoVeroAccount:
                return
            except InfringementError as error:
                told = f"eBay's reasons could not be read: {error}; tried again each minute"
                codes_before = self._known.codes
                self._known = _Known(codes_before, told, self._clock() + RETRY_SECONDS)
            else:
                self._known = _Known(codes, "", self._clock() + REFRESH_SECONDS)
