"""`infringement users`: people who log in with a password."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.keys import ClientOption, client_role
from infringement_dagster.cli.terminal import note, out
from resources.credentials import hash_password
from resources.postgres.clients import access_store, client_store, operator_store
from resources.postgres.clients.access_store import UserRow
from resources.postgres.clients.operator_store import OperatorRow
from resources.settings import Settings

app = typer.Typer(help="People who log in with a password.", no_args_is_help=True)


@app.command("create")
def create(
    email: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    client: ClientOption = None,
    role: Annotated[str, typer.Option(help="admin, reviewer or viewer; of a client.")] = "reviewer",
) -> None:
    """Make a user of a client, or an operator, who may act for all clients."""
    password_hash = hash_password(password)
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                operator_store.add_operator(c, email, password_hash)
        else:
            with database.client(client) as c:
                client_store.get_client(c, client)
                access_store.add_user(c, client, email, client_role(role), password_hash)
    note(f"{email} may log in as {f'{role} of {client}' if client else 'operator'}")


@app.command("list")
def list_users(client: ClientOption = None) -> None:
    """List the users of a client, or the operators."""
    rows: list[UserRow] | list[OperatorRow]
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                rows = operator_store.list_operators(c)
        else:
            with database.client(client) as c:
                client_store.get_client(c, client)
                rows = access_store.list_users(c, client)
    table = Table("user", "address", "role", "state")
    for row in rows:
        role = row.role if isinstance(row, UserRow) else "operator"
        state = "disabled" if row.disabled_at else "active"
        table.add_row(str(row.user_id), row.email, role, state)
    out.print(table)


@app.command("disable")
def disable(
    user_id: UUID, client: Annotated[str, typer.Option("--client", help="Whose user.")]
) -> None:
    """Shut a user of a client out at once."""
    with open_database(Settings()) as database, database.client(client) as c:
        access_store.disable_user(c, client, user_id)
    note(f"user {user_id} of {client} is shut out")
