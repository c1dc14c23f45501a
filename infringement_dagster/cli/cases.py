"""`infringement cases`: the listings flagged for review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Column, Table

from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.domain.score import Signal, Unavailable
from resources.postgres.cases import case_store
from resources.postgres.cases.records import CaseRow
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.settings import Settings

STRONGEST_SHOWN = 3


def cases(
    client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many a client.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List flagged cases, the most probable first."""
    with open_database(Settings()) as database:
        rows = find_cases(database, client, limit)
    if as_json:
        print_json([case_document(row) for row in rows])
    else:
        out.print(cases_table(rows))


def find_cases(database: Database, client_id: str | None, limit: int) -> list[CaseRow]:
    """The cases of one client, or of every client, the most probable first."""
    if client_id is None:
        with database.admission() as connection:
            client_ids = [row.client_id for row in client_store.list_clients(connection)]
    else:
        client_ids = [client_id]
    found: list[CaseRow] = []
    for each_id in client_ids:
        with database.client(each_id) as connection:
            client_store.get_client(connection, each_id)
            found += case_store.list_cases(connection, each_id, limit)
    return sorted(found, key=lambda row: -row.probability)


def case_document(row: CaseRow) -> dict[str, object]:
    """A case as programs read it."""
    return {
        "client": row.client_id,
        "case_id": row.case_id,
        "provider": row.provider,
        "listing_id": row.listing_id,
        "title": row.title,
        "url": row.url,
        "price": row.price_low,
        "currency": row.currency,
        "seller": row.seller_name,
        "photo_url": row.image_url,
        "state": row.state,
        "decision": row.decision,
        "probability": row.probability,
        "violation_type": row.violation_type,
        "signals": [_signal_document(signal) for signal in row.signals],
    }


def _signal_document(signal: Signal) -> dict[str, object]:
    value = signal.value
    return {
        "name": signal.name,
        "value": None if isinstance(value, Unavailable) else value,
        "unavailable": value.reason if isinstance(value, Unavailable) else None,
        "contribution": signal.contribution,
        "explanation": signal.explanation,
    }


def cases_table(rows: Sequence[CaseRow]) -> Table:
    """The cases as a table for people."""
    table = Table(
        "client",
        "provider",
        Column("listing", overflow="fold", min_width=10),
        Column("title", max_width=48, overflow="ellipsis", no_wrap=True),
        "prob.",
        Column("strongest signals", max_width=44),
        Column("photo", overflow="fold", min_width=24),
    )
    for row in rows:
        table.add_row(
            row.client_id,
            row.provider,
            row.listing_id,
            row.title,
            f"{row.probability:.2f}",
            strongest_signals(row),
            row.image_url or "(none)",
        )
    return table


def strongest_signals(row: CaseRow) -> str:
    """The names of the signals that raised the score most, with their contributions."""
    raising = sorted(row.signals, key=lambda signal: -signal.contribution)[:STRONGEST_SHOWN]
    return ", ".join(
        f"{signal.name} {signal.contribution:+.1f}" for signal in raising if signal.contribution > 0
    )
