"""Exchange rates: the tables that operators imported, and the one that each run uses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.currencies import ExchangeRates, newest_first
from resources.postgres.scans.run_store import UnknownRun
from resources.postgres.statements import execute, fetch_all, fetch_one


class RatesDocument(TypedDict):
    """A table of rates as JSON; days are ISO dates, rates decimal text."""

    day: str
    source: str
    per_euro: dict[str, str]
    is_built_in: bool
    used_on: str | None
    behind: NotRequired[RatesDocument | None]  # not in runs of before revision 30


def put_rates(c: Connection, rates: ExchangeRates) -> None:
    """Guarantees that the table is kept; another import of its source and day replaces it.

    Wants an admission transaction: rates are the operators' to set.
    """
    execute(
        c,
        """
        INSERT INTO exchange_rates (day, source, per_euro)
        VALUES (%(day)s, %(source)s, %(per_euro)s)
        ON CONFLICT (source, day) DO UPDATE
        SET per_euro = excluded.per_euro, imported_at = now()
        """,
        day=rates.day,
        source=rates.source,
        per_euro=Jsonb(_text_rates(rates)),
    )


def newest_rates(c: Connection) -> ExchangeRates | None:
    """The latest table of each source, the newest first; None where none was imported."""
    tables = fetch_all(
        c,
        _rates,
        """
        SELECT DISTINCT ON (source) day, source, per_euro FROM exchange_rates
        ORDER BY source, day DESC
        """,
    )
    return newest_first(tables)


def pinned_rates(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, offered: ExchangeRates
) -> ExchangeRates:
    """The rates that the run uses: those it had, else the offered ones from now on.

    Raises UnknownRun.
    """
    found = fetch_one(
        c,
        _pinned,
        """
        UPDATE runs SET exchange_rates = coalesce(exchange_rates, %(offered)s)
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        RETURNING exchange_rates
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        offered=Jsonb(_document(offered)),
    )
    if found is None:
        raise UnknownRun(f"client {client_id}, scan {scan_id} has no run of {provider}")
    return found


def _text_rates(rates: ExchangeRates) -> dict[str, str]:
    return {code: str(rate) for code, rate in rates.per_euro.items()}


def _document(rates: ExchangeRates) -> RatesDocument:
    return RatesDocument(
        day=rates.day.isoformat(),
        source=rates.source,
        per_euro=_text_rates(rates),
        is_built_in=rates.is_built_in,
        used_on=None if rates.used_on is None else rates.used_on.isoformat(),
        behind=None if rates.behind is None else _document(rates.behind),
    )


def _rates(*, day: date, source: str, per_euro: dict[str, str]) -> ExchangeRates:
    return ExchangeRates(day, source, {code: Decimal(rate) for code, rate in per_euro.items()})


def _pinned(*, exchange_rates: RatesDocument) -> ExchangeRates:
    used_on, behind = exchange_rates["used_on"], exchange_rates.get("behind")
    return ExchangeRates(
        date.fromisoformat(exchange_rates["day"]),
        exchange_rates["source"],
        {code: Decimal(rate) for code, rate in exchange_rates["per_euro"].items()},
        exchange_rates["is_built_in"],
        None if used_on is None else date.fromisoformat(used_on),
        None if behind is None else _pinned(exchange_rates=behind),
    )
