"""`infringement users`: people who log in with a password."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from infringement_dagster.accounts import mailing, operators, passwords, people, second_factor
from infringement_dagster.cli.accounts import password_entry
from infringement_dagster.cli.accounts.keys import (
    OPERATOR,
    ClientOption,
    MadeForOption,
    OperatorOption,
    check_whose,
    client_role,
)
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out
from infringement_dagster.domain.errors import PermanentError
from resources.identity.email_addresses import known_address
from resources.postgres.clients import access_store, client_store, operator_store
from resources.postgres.clients.access_store import UserRow
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.clients.operator_store import OperatorRow
from resources.postgres.database import Database
from resources.settings import Settings

app = typer.Typer(help="People who log in with a password.", no_args_is_help=True)


class UnknownPerson(PermanentError):
    """Nobody of the client, or no operator, has this address."""


@app.command("create")
def create(
    email: str,
    client: MadeForOption = None,
    operator: OperatorOption = False,
    role: Annotated[str, typer.Option(help="admin, reviewer or viewer; of a client.")] = "reviewer",
    link: Annotated[
        bool, typer.Option(help="Ask for no password: print a link with which they set one.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Make a user of a client, or an operator, who may act for all clients.

    The password is asked for, unless it comes by --password-stdin or INFRINGEMENT_USER_PASSWORD.
    """
    check_whose(client, operator=operator)
    password_hash = None if link else password_entry.hashed_password(client, email, password_stdin)
    with open_database(Settings()) as database:
        if client is None:
            with database.identity() as c:
                operators.add_operator(c, COMMAND_LINE, email, password_hash)
        else:
            with database.client(client) as c:
                client_store.get_client(c, client)
                people.add_person(c, client, OPERATOR, email, client_role(role), password_hash)
        note(f"{email} may log in as {f'{role} of {client}' if client else 'operator'}")
        if link:
            password_entry.show_link(_link(database, client, email))


@app.command("list")
def list_users(client: ClientOption = None) -> None:
    """List the users of a client, or the operators."""
    with open_database(Settings()) as database:
        rows = _people(database, client)
    table = Table("user", "address", "role", "state")
    for row in rows:
        role = row.role if isinstance(row, UserRow) else "operator"
        state = "disabled" if row.disabled_at else "active"
        table.add_row(str(row.user_id), row.email, role, state)
    out.print(table)


@app.command("disable")
def disable(email: str, client: ClientOption = None) -> None:
    """Shut a person out at once, sessions included."""
    _set_disabled(client, email, disabled=True)
    note(f"{email} is shut out")


@app.command("enable")
def enable(email: str, client: ClientOption = None) -> None:
    """Let a person in again."""
    _set_disabled(client, email, disabled=False)
    note(f"{email} may log in again")


@app.command("role")
def role(email: str, role: str, client: Annotated[str, typer.Option(help="Whose user.")]) -> None:
    """Make a user admin, reviewer or viewer."""
    with open_database(Settings()) as database:
        user_id = _user_id(database, client, email)
        with database.client(client) as c:
            people.change_role(c, client, OPERATOR, user_id, client_role(role))
    note(f"{email} is {role} of {client}")


@app.command("reset")
def reset(email: str, client: ClientOption = None) -> None:
    """Print a link with which the person sets a new password, once and within a day."""
    with open_database(Settings()) as database:
        password_entry.show_link(_link(database, client, email))


@app.command("invite")
def invite(email: str, client: ClientOption = None) -> None:
    """Have the API mail the person a link to set a password, once and within a week."""
    with open_database(Settings()) as database:
        person = _person(database, client, email)
        with database.identity() as c:
            if client is None:
                mailing.invite_operator(c, COMMAND_LINE, person.user_id, person.email)
            else:
                mailing.invite(c, client, OPERATOR, person.user_id)
    note(f"{email} is mailed a link by the next API that runs with SMTP_URL")


@app.command("forget-factor")
def forget_factor(email: str, client: ClientOption = None) -> None:
    """Let a person in without the authenticator that they lost; their sessions end."""
    with open_database(Settings()) as database:
        user_id = _user_id(database, client, email)
        with database.identity() as c:
            if client is None:
                second_factor.remove_operators_factor(c, COMMAND_LINE, user_id)
            else:
                second_factor.remove_factor_of(c, client, OPERATOR, user_id)
    note(f"{email} has no second factor any more")


@app.command("unlock")
def unlock(email: str, client: ClientOption = None) -> None:
    """Forget failed log-ins at the account, so that nobody waits because of them."""
    with open_database(Settings()) as database, database.identity() as c:
        cleared = passwords.unlock(c, client, COMMAND_LINE, email)
    note(f"{cleared} counts of failed log-ins at {email} are cleared")


def _set_disabled(client: str | None, email: str, *, disabled: bool) -> None:
    with open_database(Settings()) as database:
        user_id = _user_id(database, client, email)
        if client is not None and not disabled:
            with database.client(client) as c:
                people.enable_person(c, client, OPERATOR, user_id)
            return
        with database.identity() as c:
            if client is not None:
                people.disable_person(c, client, COMMAND_LINE, user_id)
            else:
                people.set_operator_disabled(c, COMMAND_LINE, user_id, disabled=disabled)


def _link(database: Database, client: str | None, email: str) -> passwords.ResetLink:
    user_id = _user_id(database, client, email)
    with database.identity() as c:
        if client is None:
            return passwords.make_operator_reset_link(c, COMMAND_LINE, user_id)
        return passwords.make_reset_link(c, client, OPERATOR, user_id)


def _user_id(database: Database, client: str | None, email: str) -> UUID:
    return _person(database, client, email).user_id


def _person(database: Database, client: str | None, email: str) -> UserRow | OperatorRow:
    address = known_address(email)
    for row in _people(database, client):
        if address in (row.email, str(row.user_id)):
            return row
    raise UnknownPerson(f"{client or 'the operators'}: nobody has the address {email}; list them")


def _people(database: Database, client: str | None) -> list[UserRow] | list[OperatorRow]:
    if client is None:
        with database.identity() as c:
            return operator_store.list_operators(c)
    with database.client(client) as c:
        client_store.get_client(c, client)
        return access_store.list_users(c, client)
