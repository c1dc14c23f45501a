"""`infringement keys`: API keys of clients and operators."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.accounts import keys
from infringement_dagster.accounts.keys import Granter
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.permissions import CLIENT_ROLES, PERMISSIONS_OF, ClientRole
from resources.identity.credentials import new_api_key
from resources.postgres.clients import access_store, client_store, operator_store
from resources.postgres.clients.access_store import ApiKeyRow
from resources.postgres.clients.audit import COMMAND_LINE, record_of_operators
from resources.postgres.clients.operator_store import OperatorKeyRow
from resources.postgres.database import Database
from resources.settings import Settings

# Whoever may run commands on the machine reads the database itself.
OPERATOR = Granter(COMMAND_LINE, PERMISSIONS_OF["operator"])
app = typer.Typer(help="API keys.", no_args_is_help=True)
ClientOption = Annotated[
    str | None, typer.Option("--client", help="Whose; the operators' when left out.")
]
MadeForOption = Annotated[str | None, typer.Option("--client", help="Whose it is to be.")]


OperatorOption = Annotated[
    bool, typer.Option("--operator", help="An operator's, who may act for all clients.")
]


class WhoseIsMissing(PermanentError):
    """Neither a client nor the operators were named, or both."""


class UnknownRole(PermanentError):
    """No key can have this role."""


@app.command("create")
def create(
    client: MadeForOption = None,
    operator: OperatorOption = False,
    role: Annotated[
        str, typer.Option(help="admin, reviewer or viewer; for clients' keys.")
    ] = "admin",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="Ends after so many days.")
    ] = None,
) -> None:
    """Make a key and print it, this once, on standard output."""
    check_whose(client, operator=operator)
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with open_database(Settings()) as database:
        if client is None:
            key_id, text = _operator_key(database, name, expires_at)
        else:
            scopes = sorted(PERMISSIONS_OF[client_role(role)])
            with database.client(client) as c:
                client_store.get_client(c, client)
                fresh = keys.create_key(
                    c, client, OPERATOR, name=name, scopes=list(scopes), expires_at=expires_at
                )
            key_id, text = fresh.row.key_id, fresh.text
    note(f"key {key_id} of {client or 'an operator'}; it is shown this once")
    out.print(text, markup=False, soft_wrap=True)


@app.command("list")
def list_keys(
    client: ClientOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List keys without their secrets, newest first."""
    rows: list[ApiKeyRow] | list[OperatorKeyRow]
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                rows = operator_store.list_operator_keys(c)
        else:
            with database.client(client) as c:
                client_store.get_client(c, client)
                rows = access_store.list_keys(c, client)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("key", "name", "made", "last used", "state")
    for row in rows:
        used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
        table.add_row(row.key_id, row.name, f"{row.created_at:%Y-%m-%d}", used, _state(row))
    out.print(table)


@app.command("revoke")
def revoke(key_id: str, client: ClientOption = None) -> None:
    """End a key at once, its open event streams included."""
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                operator_store.revoke_operator_key(c, key_id)
                record_of_operators(c, COMMAND_LINE, "operator_key.revoked", key_id)
        else:
            with database.client(client) as c:
                keys.revoke_key(c, client, COMMAND_LINE, key_id)
    note(f"key {key_id} is revoked")


def _operator_key(database: Database, name: str, expires_at: datetime | None) -> tuple[str, str]:
    key = new_api_key()
    with database.identity() as c:
        operator_store.add_operator_key(c, key, name=name, expires_at=expires_at)
        record_of_operators(c, COMMAND_LINE, "operator_key.created", key.key_id)
    return key.key_id, key.text


def check_whose(client: str | None, *, operator: bool) -> None:
    """Returns when a client or the operators are named: nobody gets all power by silence.

    Raises WhoseIsMissing.
    """
    if operator == (client is not None):
        raise WhoseIsMissing(
            "say whose it is: --client CLIENT, or --operator for somebody who may act for all "
            "clients; not both"
        )


def client_role(role: str) -> ClientRole:
    """The role of this name; raises UnknownRole."""
    for known in CLIENT_ROLES:
        if role == known:
            return known
    raise UnknownRole(f"role {role!r} is unknown; choose from {', '.join(CLIENT_ROLES)}")


def _state(row: ApiKeyRow | OperatorKeyRow) -> str:
    if row.revoked_at is not None:
        return "revoked"
    expired = row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    return "expired" if expired else "live"
