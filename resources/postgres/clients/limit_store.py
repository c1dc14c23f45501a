"""Limits as rows: what each client, each provider and the instance may do at once.

All functions want an admission transaction: limits are the operators' to set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from psycopg import Connection

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """Limits of all clients together at one provider; None does not limit."""

    runs_max: int = 3
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class _ClientRow(ClientLimits):
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class _ProviderRow(ProviderLimits):
    provider: Provider = ""


def limits_of_clients(c: Connection) -> dict[str, ClientLimits]:
    """The limits of the clients that have a row; any other has `ClientLimits()`."""
    return {row.client_id: row for row in fetch_all(c, _ClientRow, _SELECT_CLIENTS)}


def limits_of_providers(
    c: Connection, providers: Iterable[Provider]
) -> dict[Provider, ProviderLimits]:
    """The limits of these providers; of any without a row, `ProviderLimits()`."""
    rows = fetch_all(
        c, _ProviderRow, "SELECT provider, runs_max, requests_per_minute FROM provider_limits"
    )
    set_ones: dict[Provider, ProviderLimits] = {row.provider: row for row in rows}
    return {provider: set_ones.get(provider, ProviderLimits()) for provider in providers}


def instance_runs_max(c: Connection) -> int:
    """How many runs may execute at once in the whole installation."""
    return fetch_count(c, "SELECT runs_max FROM instance_limits")


def set_client_limits(c: Connection, client_id: str, limits: ClientLimits) -> None:
    """Guarantees these limits of the client from the next admission and request on."""
    execute(
        c,
        """
        INSERT INTO client_limits (client_id, weight, runs_max, requests_per_minute,
            credits_per_day, credits_per_month)
        VALUES (%(client_id)s, %(weight)s, %(runs_max)s, %(requests_per_minute)s,
            %(credits_per_day)s, %(credits_per_month)s)
        ON CONFLICT (client_id) DO UPDATE SET weight = excluded.weight,
            runs_max = excluded.runs_max, requests_per_minute = excluded.requests_per_minute,
            credits_per_day = excluded.credits_per_day,
            credits_per_month = excluded.credits_per_month, updated_at = now()
        """,
        **asdict(limits) | {"client_id": client_id},
    )
    c.execute("NOTIFY infringement_queue")


def set_provider_limits(c: Connection, provider: Provider, limits: ProviderLimits) -> None:
    """Guarantees these limits of the provider from the next admission and request on."""
    execute(
        c,
        """
        INSERT INTO provider_limits (provider, runs_max, requests_per_minute)
        VALUES (%(provider)s, %(runs_max)s, %(requests_per_minute)s)
        ON CONFLICT (provider) DO UPDATE SET runs_max = excluded.runs_max,
            requests_per_minute = excluded.requests_per_minute, updated_at = now()
        """,
        provider=provider,
        runs_max=limits.runs_max,
        requests_per_minute=limits.requests_per_minute,
    )
    c.execute("NOTIFY infringement_queue")


def set_instance_runs_max(c: Connection, runs_max: int) -> None:
    """Guarantees that at most so many runs execute at once from the next admission on."""
    execute(
        c,
        "UPDATE instance_limits SET runs_max = %(runs_max)s, updated_at = now()",
        runs_max=runs_max,
    )
    c.execute("NOTIFY infringement_queue")


def client_limits(c: Connection, client_id: str) -> ClientLimits:
    """The client's limits; in its own transaction too."""
    found = fetch_one(
        c, _ClientRow, _SELECT_CLIENTS + "WHERE client_id = %(client_id)s", client_id=client_id
    )
    return found or ClientLimits()


_SELECT_CLIENTS = """
    SELECT client_id, weight, runs_max, requests_per_minute, credits_per_day, credits_per_month
    FROM client_limits
"""
