"""`infringement notices`: drafts to marketplaces, and what became of those that were sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.notices.channels import CHANNELS
from infringement_dagster.notices.letter import letter
from infringement_dagster.notices.states import PersonsState
from infringement_dagster.notices.vero import CannotSubmit
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from infringement_dagster.reviewing.submissions.asking import (
    NotPossible,
    SubmissionChoices,
    choices_for,
    submit_notice,
)
from resources.postgres.cases import notice_store
from resources.postgres.cases.notice_store import NoticeRow
from resources.postgres.clients import client_store
from resources.settings import Settings
from resources.vero.account import vero_account
from resources.vero.desk import VeroDesk

app = typer.Typer(help="Draft notices and record what became of them.", no_args_is_help=True)

NoticeArgument = Annotated[UUID, typer.Argument(help="The notice's id.")]


class UnknownChannel(PermanentError):
    """There is no such channel."""


@app.command("draft")
def draft(
    client: ClientArgument,
    case: Annotated[UUID, typer.Argument(help="The case's id.")],
    channel: Annotated[str, typer.Argument(help=f"One of {', '.join(CHANNELS)}.")],
    as_json: AsJson = False,
) -> None:
    """Draft a notice, or draft it again; say what still holds it."""
    if channel not in CHANNELS:
        raise UnknownChannel(f"{channel!r} is no channel; use one of {', '.join(CHANNELS)}")
    with open_database(Settings()) as database, database.client(client) as connection:
        client_store.get_client(connection, client)
        row = draft_for_case(connection, client, case, channel, "command line")
    _show(row, as_json=as_json)


@app.command("list")
def list_notices(
    client: ClientArgument,
    case: Annotated[UUID, typer.Argument(help="The case's id.")],
    as_json: AsJson = False,
) -> None:
    """List the notices of a case."""
    with open_database(Settings()) as database, database.client(client) as connection:
        client_store.get_client(connection, client)
        rows = notice_store.notices_of(connection, client, case)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table(Column("notice", min_width=36), "channel", "state", "version", "held because")
    for row in rows:
        held = "; ".join(hold.detail for hold in row.holds)
        table.add_row(str(row.notice_id), row.channel, row.state, str(row.version), held)
    out.print(table)


@app.command("show")
def show(client: ClientArgument, notice: NoticeArgument, as_json: AsJson = False) -> None:
    """Print a notice as the text to send, or as JSON."""
    with open_database(Settings()) as database, database.client(client) as connection:
        client_store.get_client(connection, client)
        row = notice_store.get_notice(connection, client, notice)
    _show(row, as_json=as_json)


@app.command("sent")
def sent(client: ClientArgument, notice: NoticeArgument, note: str = "") -> None:
    """Record that you have sent the notice."""
    _report(client, notice, "sent", note)


@app.command("accepted")
def accepted(client: ClientArgument, notice: NoticeArgument, note: str = "") -> None:
    """Record that the channel accepted the notice."""
    _report(client, notice, "accepted", note)


@app.command("rejected")
def rejected(client: ClientArgument, notice: NoticeArgument, note: str = "") -> None:
    """Record that the channel rejected the notice."""
    _report(client, notice, "rejected", note)


@app.command("submit")
def submit(
    client: ClientArgument,
    notice: NoticeArgument,
    reason: Annotated[
        str, typer.Option(help="The channel's code; without it all are listed.")
    ] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Make the declarations that the notice ends with.")
    ] = False,
) -> None:
    """Have the notice submitted by the channel's API, which the API's process does."""
    desk = VeroDesk(lambda: vero_account(Settings()))
    desk.refresh()
    with open_database(Settings()) as database, database.client(client) as connection:
        client_store.get_client(connection, client)
        row = notice_store.get_notice(connection, client, notice)
        choices = choices_for(desk, client, row)
        if isinstance(choices, NotPossible):
            raise CannotSubmit(choices.reason)
        if not reason or not confirm:
            _show_choices(choices)
            return
        submit_notice(connection, desk, client, notice, reason, "command line", row.version)
    note(f"notice {notice} of client {client!r} is on its way")


def _show_choices(choices: SubmissionChoices) -> None:
    for code in choices.reasons:
        out.print(f"{code.reason_code}  {code.brief or code.detailed}", markup=False)
    note("give one as --reason, and --confirm that:")
    for declaration in choices.declarations:
        note(declaration)


def _report(client: str, notice_id: UUID, state: PersonsState, text: str) -> None:
    with open_database(Settings()) as database, database.client(client) as connection:
        client_store.get_client(connection, client)
        version = notice_store.get_notice(connection, client, notice_id).version
        row = notice_store.change_state(
            connection, client, notice_id, state, text, "command line", version
        )
    note(f"notice {notice_id} of client {client!r} is {row.state}")


def _show(row: NoticeRow, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(row))
        return
    out.print(letter(row.channel, row.fields), markup=False, soft_wrap=True)
    note(f"notice {row.notice_id} is {row.state}")
    for hold in row.holds:
        note(f"held: {hold.detail}")
