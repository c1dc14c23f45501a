"""`infringement cases`: the listings flagged for review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, CaseArgument, ClientArgument
from infringement_dagster.cli.cases import purchases
from infringement_dagster.cli.cases.team import EVERYBODYS, TEAM_COMMANDS, SharedOut
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json, probability
from infringement_dagster.domain.case import DECISIONS, CaseOrigin, Decision
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.score import Signal, Unavailable
from resources.postgres.cases import case_store
from resources.postgres.cases.records import CaseRow
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import ON_THE_MACHINE
from resources.postgres.database import Database
from resources.settings import Settings

STRONGEST_SHOWN = 3


app = typer.Typer(
    help="List, show, decide and share out cases; record test purchases.", no_args_is_help=True
)
app.add_typer(purchases.app, name="purchase")
for command in TEAM_COMMANDS:
    app.command(command.__name__)(command)


class UnknownDecision(PermanentError):
    """There is no such decision."""


@app.command("list")
def list_cases(
    client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many a client.")] = 100,
    sampled: Annotated[
        bool, typer.Option("--sampled", help="Those drawn below the threshold instead.")
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Those that a person flagged instead.")
    ] = False,
    assignee: Annotated[
        str | None, typer.Option(help="Only those of this person, by address, or of `nobody`.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only open ones that were due on a day that is over.")
    ] = False,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    as_json: AsJson = False,
) -> None:
    """List flagged cases, the most probable first."""
    origin: CaseOrigin = "sampled" if sampled else "by_hand" if by_hand else "flagged"
    shared = SharedOut(assignee, overdue, tag, of_one_client=client is not None)
    with open_database(Settings()) as database:
        rows = find_cases(database, client, limit, origin, shared)
    if as_json:
        print_json([case_document(row) for row in rows])
    else:
        out.print(cases_table(rows))


@app.command("show")
def show(client: ClientArgument, case: CaseArgument, as_json: AsJson = False) -> None:
    """Show a case with the signals that raised it and those that spoke against it."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        row = case_store.get_case(c, client, case)
    _show(row, as_json)


@app.command("decide")
def decide(
    client: ClientArgument,
    case: CaseArgument,
    decision: Annotated[str, typer.Argument(help=f"One of {', '.join(DECISIONS)}.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    version: Annotated[
        int | None, typer.Option(min=1, help="The case's version that you looked at.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide on a case; `unsure` leaves it open."""
    # A fifth of what `cases list` imports.
    from infringement_dagster.reviewing.decide import decide as take_decision  # noqa: PLC0415

    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        seen = version or case_store.get_case(c, client, case).version
        take_decision(c, client, case, _decision(decision), reason, ON_THE_MACHINE, seen)
        row = case_store.get_case(c, client, case)
    _show(row, as_json)


def _decision(named: str) -> Decision:
    for decision in DECISIONS:
        if decision == named:
            return decision
    raise UnknownDecision(f"{named!r} is no decision; use one of {', '.join(DECISIONS)}")


def _show(row: CaseRow, as_json: bool) -> None:
    if as_json:
        print_json(case_document(row))
        return
    decided = f", {row.decision}" if row.decision else ""
    facts = {
        "case": f"{row.case_id}, version {row.version}",
        "state": f"{row.state}{decided}",
        "listing": f"{row.provider} {row.listing_id}",
        "title": row.title,
        "price": f"{row.price_low or '-'} {row.currency or ''}".strip(),
        "seller": row.seller_name or "-",
        "address": row.url,
        "probability": f"{probability(row.probability)} {row.violation_type or ''}".strip(),
    }
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, Text(value, overflow="fold"))
    for signal in sorted(row.signals, key=lambda signal: -abs(signal.contribution)):
        table.add_row(signal.name, Text(f"{signal.contribution:+.1f} {signal.explanation}"))
    out.print(table)


def find_cases(
    database: Database,
    client_id: str | None,
    limit: int,
    origin: CaseOrigin = "flagged",
    shared: SharedOut = EVERYBODYS,
) -> list[CaseRow]:
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
            case_ids = shared.case_ids(connection, each_id, limit, origin)
            found += case_store.list_cases(
                connection, each_id, limit, origin=origin, case_ids=case_ids
            )
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
        "version": row.version,
        "probability": row.probability,
        "violation_type": row.violation_type,
        "origin": row.origin,
        "sampled_chance": row.sampled_chance,
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
        Column("case", min_width=36),
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
            str(row.case_id),
            Text(row.listing_id),
            Text(row.title),
            probability(row.probability),
            strongest_signals(row),
            Text(row.image_url or "(none)"),
        )
    return table


def strongest_signals(row: CaseRow) -> str:
    """The names of the signals that raised the score most, with their contributions."""
    raising = sorted(row.signals, key=lambda signal: -signal.contribution)[:STRONGEST_SHOWN]
    return ", ".join(
        f"{signal.name} {signal.contribution:+.1f}" for signal in raising if signal.contribution > 0
    )
