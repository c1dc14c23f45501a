"""`infringement webhooks`: where a client's events are sent, and how each of them went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.table import Column, Table

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.clients.webhooks.changes import (
    DEFAULT_TYPES,
    HOOKED_TYPES,
    OVERLAP_HOURS_MAX,
    HookedType,
    WebhookChanges,
)
from infringement_dagster.clients.webhooks.targets import BadTarget
from infringement_dagster.domain.errors import PermanentError
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.events import delivery_store, webhook_store
from resources.postgres.events.webhook_store import WebhookKind, WebhookRow
from resources.settings import Settings

app = typer.Typer(help="Where a client's events are sent.", no_args_is_help=True)
WebhookArgument = Annotated[UUID, typer.Argument(help="The web-hook's id, as `list` shows it.")]

_AFTER_ALL: Final = 2**63 - 1  # the largest number that an event can have


class UnknownEventType(PermanentError):
    """No event that web-hooks are told of has this type."""


@app.command("add")
def add(
    client: ClientArgument,
    url: Annotated[str, typer.Argument(help="A public https address.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help=f"Told of it; repeatable. Default: {', '.join(DEFAULT_TYPES)}."),
    ] = None,
    kind: Annotated[WebhookKind, typer.Option(help="For a program, or which chat.")] = "standard",
) -> None:
    """Have events sent to an address; print the secret that signs them, this once."""
    settings = Settings()
    types = [_event_type(given) for given in event or DEFAULT_TYPES]
    with _changes(settings, client) as changes:
        try:
            row = changes.add(url, types, settings.webhook_private_hosts, kind)
        except BadTarget as error:
            raise BadTarget(
                f"client {client}: {url!r} cannot be a web-hook: {error}; one of this machine must "
                """be named, such as INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS='["127.0.0.1:9000"]'"""
            ) from error
    _show_secret(row)


@app.command("list")
def list_webhooks(client: ClientArgument, as_json: AsJson = False) -> None:
    """List the web-hooks in use, without their secrets."""
    with _changes(Settings(), client) as changes:
        rows = webhook_store.list_webhooks(changes.connection, client)
    if as_json:
        print_json([_shown(row) for row in rows])
        return
    table = Table(Column("web-hook", min_width=36), "address", "kind", "events")
    for row in rows:
        table.add_row(str(row.webhook_id), row.shown_url, row.kind, ", ".join(row.event_types))
    out.print(table)


@app.command("test")
def test(client: ClientArgument, webhook: WebhookArgument) -> None:
    """Send `webhook.tested` there and nowhere else; `deliveries` shows how it went."""
    with _changes(Settings(), client) as changes:
        event_no = changes.send_test(webhook)
    note(f"event {event_no} is sent to web-hook {webhook} of {client} by the API that runs")


@app.command("deliveries")
def deliveries(
    client: ClientArgument,
    webhook: WebhookArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was sent, or is to be sent, newest event first, with how it went."""
    with _changes(Settings(), client) as changes:
        rows = delivery_store.deliveries(
            changes.connection, client, webhook, limit, before=_AFTER_ALL
        )
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("event", "type", "state", "attempts", "answer")
    for row in rows:
        answer = str(row.last_status or row.last_error or "-")
        table.add_row(str(row.event_no), row.type, row.state, str(row.attempts), answer)
    out.print(table)


@app.command("redeliver")
def redeliver(
    client: ClientArgument,
    webhook: WebhookArgument,
    event_no: Annotated[int, typer.Argument(help="The event's number, as `deliveries` shows it.")],
) -> None:
    """Send an event once more, whether it arrived or was given up."""
    with _changes(Settings(), client) as changes:
        changes.redeliver(webhook, event_no)
    note(f"event {event_no} is sent to web-hook {webhook} of {client} once more")


@app.command("rotate")
def rotate(
    client: ClientArgument,
    webhook: WebhookArgument,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=OVERLAP_HOURS_MAX, help="So long the old one signs too.")
    ] = 24,
) -> None:
    """Make a new secret and print it, this once."""
    with _changes(Settings(), client) as changes:
        row = changes.rotate_secret(webhook, overlap_hours)
    _show_secret(row)


@app.command("remove")
def remove(client: ClientArgument, webhook: WebhookArgument) -> None:
    """Send nothing more there."""
    with _changes(Settings(), client) as changes:
        changes.remove(webhook)
    note(f"client {client!r}: nothing more is sent to web-hook {webhook}")


@contextmanager
def _changes(settings: Settings, client_id: str) -> Iterator[WebhookChanges]:
    """The changes that the command may make, committed at the end; raises UnknownClient."""
    with open_database(settings) as database, database.client(client_id) as c:
        client_store.get_client(c, client_id)
        yield WebhookChanges(c, client_id, COMMAND_LINE)


def _event_type(given: str) -> HookedType:
    for known in HOOKED_TYPES:
        if given == known:
            return known
    raise UnknownEventType(f"{given!r} is no event; there are: {', '.join(HOOKED_TYPES)}")


def _show_secret(row: WebhookRow) -> None:
    note(f"web-hook {row.webhook_id} to {row.shown_url}; its secret is shown this once")
    if row.kind == "standard":  # of a chat the address is the secret, which people have
        out.print(row.secret, markup=False, soft_wrap=True)


def _shown(row: WebhookRow) -> dict[str, object]:
    return {name: value for name, value in asdict(row).items() if name not in {"secret", "url"}} | {
        "url": row.shown_url
    }
