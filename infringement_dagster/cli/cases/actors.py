"""`infringement actors`: who is behind the sellers of flagged listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json, probability
from infringement_dagster.domain.actors.links import Link
from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.reviewing.actors import Actor, read_actor
from resources.postgres.actors import actor_lists
from resources.postgres.actors.actor_lists import ActorRow
from resources.postgres.clients import client_store
from resources.settings import Settings

app = typer.Typer(help="List and show who is behind sellers.", no_args_is_help=True)


@app.command("list")
def list_actors(
    client: ClientArgument,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    sellers_min: Annotated[int, typer.Option(min=1, help="Of at least so many sellers.")] = 2,
    as_json: AsJson = False,
) -> None:
    """List a client's actors, those with most cases to review first."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        rows = actor_lists.actor_page(c, client, limit, sellers_min=sellers_min)
    if as_json:
        print_json([actor_row_document(row) for row in rows])
        return
    table = Table(
        Column("actor", min_width=36), "name", "risk", "sellers", "cases", "open", "infringing"
    )
    for row in rows:
        numbers = (row.sellers, row.cases, row.open_cases, row.infringing_cases)
        table.add_row(
            str(row.actor_id), Text(row.name), probability(row.risk.value), *map(str, numbers)
        )
    out.print(table)


@app.command("show")
def show(
    client: ClientArgument,
    actor: Annotated[UUID, typer.Argument(help="The actor's id, as `list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show an actor with its risk, its sellers and what links them."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        found = read_actor(c, client, actor)
    if as_json:
        print_json(_document(found))
        return
    out.print(Text(f"{found.row.name}, risk {probability(found.row.risk.value)}"))
    for part in found.row.risk.parts:
        out.print(Text(f"  {part.name}: {probability(part.value)}, {part.said}"))
    table = Table("marketplace", "seller", Column("key", overflow="fold"), "cases", "infringing")
    for row in found.sellers:
        counts = (str(row.cases), str(row.infringing_cases))
        table.add_row(row.provider, Text(row.seller_name), Text(row.seller_key), *counts)
    out.print(table)
    names = {row.seller: row.seller_name for row in (*found.sellers, *found.others.values())}
    for title, links in (("What links them", found.links), ("Maybe the same as", found.maybe)):
        _show_links(title, links, names)


def _show_links(title: str, links: Sequence[Link], names: Mapping[SellerKey, str]) -> None:
    if links:
        out.print(Text(title))
    for link in links:
        ends = f"{names[link.first]} and {names[link.second]}"
        out.print(Text(f"  {ends}, {probability(link.confidence)} sure"))
        for item in link.evidence:
            out.print(Text(f"    {item.weight:+.1f} {item.said}"))


def actor_row_document(row: ActorRow) -> dict[str, object]:
    """An actor as programs read it."""
    return {
        "actor_id": row.actor_id,
        "name": row.name,
        "risk": row.risk.value,
        "sellers": row.sellers,
        "providers": row.providers,
        "cases": row.cases,
        "open_cases": row.open_cases,
        "infringing_cases": row.infringing_cases,
        "lawful_cases": row.lawful_cases,
        "removed_cases": row.removed_cases,
    }


def _document(actor: Actor) -> dict[str, object]:
    return {
        **actor_row_document(actor.row),
        "risk_parts": [
            {"name": part.name, "value": part.value, "share": part.share, "said": part.said}
            for part in actor.row.risk.parts
        ],
        "members": [
            {"provider": row.provider, "seller_key": row.seller_key, "seller": row.seller_name}
            for row in actor.sellers
        ],
        "links": [_link_document(link) for link in (*actor.links, *actor.maybe)],
    }


def _link_document(link: Link) -> dict[str, object]:
    return {
        "first": {"provider": link.first.provider, "seller_key": link.first.key},
        "second": {"provider": link.second.provider, "seller_key": link.second.key},
        "confidence": link.confidence,
        "ties": link.ties,
        "evidence": [
            {"kind": item.kind, "weight": item.weight, "said": item.said} for item in link.evidence
        ],
    }
