"""Requests and charges of each key: the sandbox's own books."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Final, TextIO

from starlette.requests import Request
from starlette.responses import Response

_CLIENT_LEFT: Final = 499  # nobody is told, nobody is charged


@dataclass(slots=True)
class Account:
    """The books of one key."""

    requests: int = 0
    failed: int = 0
    credits: int = 0
    in_flight: int = 0
    in_flight_peak: int = 0
    charged_requests: int = 0
    credits_by_endpoint: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that has been taken in."""

    request_no: int
    api_key: str
    endpoint: str
    params: dict[str, str]
    started_at: str
    in_flight: int  # of the same key, this one included
    request_id: str = ""  # as the asker calls it


class Ledger:
    """All accounts; every call is taken in once and settled once."""

    def __init__(self, log: TextIO | None = None) -> None:
        self.accounts: dict[str, Account] = {}
        self._request_no = 0
        self._log = log

    def take_in(
        self, api_key: str, endpoint: str, params: dict[str, str], request_id: str = ""
    ) -> Call:
        """The call under its number, which counts all requests of this server from 1."""
        self._request_no += 1
        account = self.accounts.setdefault(api_key, Account())
        account.requests += 1
        account.in_flight += 1
        account.in_flight_peak = max(account.in_flight_peak, account.in_flight)
        in_flight = account.in_flight
        return Call(self._request_no, api_key, endpoint, params, _now(), in_flight, request_id)

    def settle(self, call: Call, status: int, charge: int) -> None:
        """Closes the call in the books and the log."""
        account = self.accounts[call.api_key]
        account.in_flight -= 1
        _add(account.statuses, str(status), 1)
        account.failed += status not in (200, 404)
        if charge:
            account.charged_requests += 1
            account.credits += charge
            _add(account.credits_by_endpoint, call.endpoint, charge)
        if self._log is not None:
            record = {**asdict(call), "finished_at": _now(), "status": status, "credits": charge}
            self._log.write(json.dumps(record) + "\n")
            self._log.flush()

    def as_json(self) -> dict[str, object]:
        """All books, by key."""
        return {api_key: asdict(account) for api_key, account in self.accounts.items()}


async def booked(
    ledger: Ledger,
    request: Request,
    api_key: str,
    endpoint: str,
    answer: Callable[[Call], Awaitable[Response]],
) -> Response:
    """The answer, in the books under the key; charged as its `sa-credit-cost` says, else nothing.

    Parameters are those of the address but for the key itself.
    """
    params = {name: value for name, value in request.query_params.items() if name != "api_key"}
    call = ledger.take_in(api_key, endpoint, params, request.headers.get("x-request-id", ""))
    status, charge = _CLIENT_LEFT, 0
    try:
        await request.body()  # before it is taken in, a client's leaving goes unnoticed
        response = await answer(call)
        if not await request.is_disconnected():
            status = response.status_code
            charge = int(response.headers.get("sa-credit-cost", "0"))
        return response
    finally:
        ledger.settle(call, status, charge)


def _add(counts: dict[str, int], name: str, amount: int) -> None:
    counts[name] = counts.get(name, 0) + amount


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
