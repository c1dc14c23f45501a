"""`infringement audit`: who changed access, hooks or limits, took files along or was refused."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import AuditEntry, entries_before, operator_entries
from resources.settings import Settings


def audit(
    client: Annotated[
        str | None, typer.Option(help="Whose trail; the operators' own when left out.")
    ] = None,
    entries: Annotated[
        int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Show the audit trail of a client or of the operators, newest first."""
    rows = _entries(client, entries)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("when (UTC)", "who", "from", "what", "to", "details")
    for row in rows:
        details = ", ".join(f"{name}={value}" for name, value in row.details.items())
        cells = (row.principal_name, row.network or "", row.action, row.subject or "", details)
        table.add_row(f"{row.recorded_at:%Y-%m-%d %H:%M:%S}", *map(Text, cells))
    out.print(table)


def _entries(client: str | None, limit: int) -> list[AuditEntry]:
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                return operator_entries(c, limit)
        with database.client(client) as c:
            client_store.get_client(c, client)
            return entries_before(c, client, limit)
