"""`infringement lists`: sellers and listings that a client allows, watches or denies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.clients.moderation.lists import add_entry, remove_entry
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.moderation.lists import (
    LIST_NAMES,
    ListedListing,
    ListedSeller,
    ListEntry,
    ListName,
    Subject,
    kind_of,
)
from resources.postgres.cases.moderation import list_store
from resources.postgres.cases.moderation.list_store import EntryFilter, NewEntry
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.settings import Settings

SHOWN_MAX = 20_000

app = typer.Typer(help="Sellers and listings allowed, watched or denied.", no_args_is_help=True)


class UnknownList(PermanentError):
    """There is no such list, or nothing was named for it."""


@app.command("show")
def show(client: ClientArgument, as_json: AsJson = False) -> None:
    """Show what is on a client's lists, the newest first; expired entries too."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        entries = list_store.entry_page(c, client, EntryFilter(), SHOWN_MAX)
    _print(entries, as_json)


@app.command("add")
def add(
    client: ClientArgument,
    list_name: Annotated[str, typer.Argument(help=f"One of {', '.join(LIST_NAMES)}.")],
    provider: Annotated[str, typer.Argument(help="The marketplace.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")],
    seller: Annotated[str | None, typer.Option(help="The seller's name.")] = None,
    seller_id: Annotated[str | None, typer.Option(help="The marketplace's id of it.")] = None,
    listing: Annotated[str | None, typer.Option(help="The id of one listing instead.")] = None,
    until: Annotated[datetime | None, typer.Option(help="From then it does nothing (UTC).")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a seller or listing on a list; it leaves the list it was on before."""
    subject: Subject
    if listing is not None:
        subject = ListedListing(provider, listing)
    elif seller or seller_id:
        subject = ListedSeller(provider, seller, seller_id)
    else:
        raise UnknownList("name a seller with --seller or --seller-id, or a listing with --listing")
    expires_at = None if until is None else until.replace(tzinfo=UTC)
    new = NewEntry(_list(list_name), subject, reason, expires_at)
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        entry = add_entry(c, client, new, COMMAND_LINE)
    _print([entry], as_json)


@app.command("remove")
def remove(
    client: ClientArgument,
    entry: Annotated[UUID, typer.Argument(help="The entry's id, as `show` prints it.")],
    as_json: AsJson = False,
) -> None:
    """Take a seller or listing off its list."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        removed = remove_entry(c, client, entry, COMMAND_LINE)
    _print([removed], as_json)


def _list(named: str) -> ListName:
    for list_name in LIST_NAMES:
        if list_name == named:
            return list_name
    raise UnknownList(f"{named!r} is no list; use one of {', '.join(LIST_NAMES)}")


def _print(entries: list[ListEntry], as_json: bool) -> None:
    if as_json:
        print_json([_document(entry) for entry in entries])
        return
    table = Table("list", "what", "marketplace", "named", "reason", "until", "entry")
    for entry in entries:
        until = "-" if entry.expires_at is None else f"{entry.expires_at:%Y-%m-%d %H:%M}"
        subject = entry.subject
        table.add_row(
            entry.list_name,
            kind_of(subject),
            subject.provider,
            Text(subject.shown),
            Text(entry.reason),
            until,
            str(entry.entry_id),
        )
    out.print(table)


def _document(entry: ListEntry) -> dict[str, object]:
    return {
        "entry_id": entry.entry_id,
        "list": entry.list_name,
        "kind": kind_of(entry.subject),
        "provider": entry.subject.provider,
        "named": entry.subject.shown,
        "reason": entry.reason,
        "added_by": entry.added_by,
        "added_at": entry.added_at,
        "expires_at": entry.expires_at,
    }
