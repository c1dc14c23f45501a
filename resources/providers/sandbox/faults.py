"""Which request goes wrong, and how: decided by its number, so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal

Fault = Literal["none", "too_many", "gave_up", "timeout", "empty", "truncated", "unauthorized"]
_ODD: Final[tuple[object, ...]] = (
    None,
    True,
    -1,
    10**30,
    "",
    " \x00\u202e ",
    "\ud800",
    "NaN",
    "9" * 400,
    "x" * 20_000,
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    [],
    [None, {}, "x"],
    {},
    {"value": {"value": []}, "url": 3},
)


@dataclass(frozen=True, slots=True)
class FaultRates:
    """How often an answer goes wrong, each from 0 to 1; how long things take, in seconds."""

    too_many: float = 0.0  # 429
    gave_up: float = 0.0  # 500 after a slow try
    timeout: float = 0.0  # no answer until the client has lost patience
    empty: float = 0.0  # 200 with an empty object
    truncated: float = 0.0  # 200 with half an answer
    unauthorized: float = 0.0  # 401 for a token that was good; keys have no such fault
    odd_value: float = 0.0  # share of rows with a value that no page should hold
    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0  # added to the latency, up to this much
    slow_seconds: float = 1.0  # of a try that ends in 500
    timeout_seconds: float = 90.0
    photo_latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Fate:
    """The fate of one request."""

    fault: Fault
    seconds: float  # until it is answered


def fate(rates: FaultRates, seed: int, request_no: int) -> Fate:
    """The fate of the request with this number; always the same for the same seed."""
    chance = random.Random(f"{seed}|fate|{request_no}")  # noqa: S311 - repeatable on purpose
    draw, latency = chance.random(), rates.latency_seconds + chance.random() * rates.jitter_seconds
    faults: tuple[tuple[Fault, float, float], ...] = (
        ("too_many", rates.too_many, 0.0),
        ("gave_up", rates.gave_up, rates.slow_seconds),
        ("timeout", rates.timeout, rates.timeout_seconds),
        ("empty", rates.empty, latency),
        ("truncated", rates.truncated, latency),
        ("unauthorized", rates.unauthorized, latency),
    )
    for name, rate, seconds in faults:
        if draw < rate:
            return Fate(name, seconds)
        draw -= rate
    return Fate("none", latency)


def with_odd_values(answer: object, rates: FaultRates, seed: int, request_no: int) -> object:
    """The answer, a field of some of its rows replaced by what no page should hold."""
    if not rates.odd_value:
        return answer
    chance = random.Random(f"{seed}|odd|{request_no}")  # noqa: S311 - repeatable on purpose
    lists = answer.values() if isinstance(answer, dict) else (answer,)
    for rows in (rows for rows in lists if isinstance(rows, list)):
        for row in (row for row in rows if isinstance(row, dict) and row):
            if chance.random() < rates.odd_value:
                row[chance.choice(sorted(row))] = chance.choice(_ODD)
    return answer
