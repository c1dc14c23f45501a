"""Quotas as headers: what is left, and when there is more again.

Not here: counting (`resources/postgres`), holding back what exceeds a limit (admission,
`api/access.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from api.http.request_notes import notes_of
from infringement_dagster.domain.admission import ClientLimits, ClientUse

_POLICY, _LEFT = "RateLimit-Policy", "RateLimit"


@dataclass(frozen=True, slots=True)
class Quota:
    """So much in a window, of which some is left until it is whole again."""

    name: str
    allowed: int
    remaining: int
    window_seconds: int
    reset_seconds: int


def tell_quota(request: Request, quota: Quota) -> None:
    """Guarantees that the answer's headers name the quota, beside those named before."""
    headers = notes_of(request.scope).headers
    policy = f'"{quota.name}";q={quota.allowed};w={quota.window_seconds}'
    left = f'"{quota.name}";r={quota.remaining};t={quota.reset_seconds}'
    headers[_POLICY] = ", ".join(filter(None, [headers.get(_POLICY), policy]))
    headers[_LEFT] = ", ".join(filter(None, [headers.get(_LEFT), left]))


def credit_quotas(limits: ClientLimits, use: ClientUse, now: datetime) -> Iterator[Quota]:
    """The client's quotas of credits, those that it has; days and months are those of UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    next_month = (month + timedelta(days=32)).replace(day=1)
    windows = (
        ("credits-day", limits.credits_per_day, use.credits_today, today, today + timedelta(1)),
        (
            "credits-month",
            limits.credits_per_month,
            use.credits_this_month,
            month,
            next_month,
        ),
    )
    for name, allowed, used, begin, end in windows:
        if allowed is not None:
            window = round((end - begin).total_seconds())
            left = round((end - now).total_seconds())
            yield Quota(name, allowed, max(0, allowed - used), window, left)
