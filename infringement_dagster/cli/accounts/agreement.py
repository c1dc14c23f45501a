"""`infringement agreement`: how often a client's reviewers say the same about the same case."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.reviewing.agreement import Agreement, agreement_of
from resources.postgres.cases.agreement_query import last_words
from resources.postgres.clients import client_store
from resources.postgres.clients.principals import principal_names
from resources.settings import Settings


def agreement(
    client: Annotated[str, typer.Option("--client", help="Whose reviewers.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how often people who decided on the same case agree, and where they differ."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        found = agreement_of(last_words(c, client))
        people = {who for pair in found.pairs for who in (pair.first, pair.second)}
        names = principal_names(c, client, people)
    if as_json:
        print_json(_document(found, names))
    else:
        _show(client, found, names)


def _document(found: Agreement, names: dict[str, str]) -> dict[str, object]:
    return {
        "cases": found.cases,
        "share": found.share,
        "kappa": found.kappa,
        "disputed": list(found.disputed),
        "pairs": [
            {
                "first": names[pair.first],
                "second": names[pair.second],
                "cases": pair.cases,
                "agreed": pair.agreed,
            }
            for pair in found.pairs
        ],
    }


def _show(client: str, found: Agreement, names: dict[str, str]) -> None:
    if found.share is None:
        out.print(f"{client}: no case was decided by two people yet", markup=False)
        return
    kappa = "" if found.kappa is None else f", kappa {found.kappa:.2f}"
    told = f"{found.cases} cases that two have decided, {found.share:.0%} agree{kappa}"
    out.print(f"{client}: {told}", markup=False)
    table = Table("reviewer", "and", "cases", "agreed")
    for pair in found.pairs:
        cells = (names[pair.first], names[pair.second], str(pair.cases), str(pair.agreed))
        table.add_row(*map(Text, cells))
    out.print(table)
    for case_id in found.disputed:
        out.print(f"disputed: {case_id}", markup=False)
