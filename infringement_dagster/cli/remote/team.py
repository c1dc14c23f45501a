"""`infringement remote assign` and its like: a team's work on cases, by the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import typer

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.remote.asking import (
    ApiUrl,
    ClientId,
    Key,
    Refused,
    RemoteCase,
    asking,
)
from infringement_dagster.cli.terminal import print_json
from infringement_dagster.cli.work_table import show_work
from infringement_dagster.client import ApiProblem, Client
from infringement_dagster.client.documents import CaseWork
from infringement_dagster.domain.acting.team import NOBODY, retagged

FORBIDDEN: Final = 403
Version = Annotated[int | None, typer.Option(min=0, help="The work's version that you looked at.")]


def assign(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    case: RemoteCase,
    person: Annotated[
        str,
        typer.Argument(
            help=f"`user:` and their id, their address where the key manages access, or {NOBODY}."
        ),
    ],
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Make a case somebody's work, or nobody's."""
    with asking(api, key, client) as remote:
        assignee = _person_named(remote, person)
        seen = _seen(remote, case, version)
        work = remote.assign(case, assignee, version=seen.version)
    _show(work, as_json=as_json)


def comment(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    case: RemoteCase,
    text: Annotated[str, typer.Argument(help="What the team is to read.")],
    as_json: AsJson = False,
) -> None:
    """Write a comment on a case; it stays as it was written."""
    with asking(api, key, client) as remote:
        work = remote.add_comment(case, text)
    _show(work, as_json=as_json)


def tag(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    case: RemoteCase,
    tags: Annotated[list[str] | None, typer.Argument(help="Tags to add.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take away.")] = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Add tags to a case, or take some away."""
    with asking(api, key, client) as remote:
        seen = _seen(remote, case, version)
        wanted = retagged(seen.tags, tags or (), remove or ())
        work = remote.set_tags(case, wanted, version=seen.version)
    _show(work, as_json=as_json)


def due(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    case: RemoteCase,
    day: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD; without it there is no hurry."),
    ] = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Say by which day a case is to be done, or that there is no hurry."""
    due_on = None if day is None else day.date()
    with asking(api, key, client) as remote:
        seen = _seen(remote, case, version)
        work = remote.set_due_date(case, due_on, version=seen.version)
    _show(work, as_json=as_json)


def work(
    api: ApiUrl, key: Key, client: ClientId, case: RemoteCase, as_json: AsJson = False
) -> None:
    """Show who is on a case until when, its tags, and all changes and comments."""
    with asking(api, key, client) as remote:
        found = remote.case_work(case)
    _show(found, as_json=as_json)


TEAM_COMMANDS: tuple[Callable[..., None], ...] = (assign, comment, tag, due, work)


def _person_named(remote: Client, person: str) -> str | None:
    """The person as history names them; None for nobody. Raises Refused."""
    if person == NOBODY:
        return None
    if person.startswith("user:"):
        return person
    try:
        users = list(remote.users())
    except ApiProblem as problem:
        if problem.status != FORBIDDEN:
            raise
        raise Refused(
            f"this key may not look up whose address {person} is: it does not manage access. "
            "Name the person by `user:` and their id, as `remote work` shows it with --json"
        ) from None
    for user in users:
        if user.email.lower() == person.lower():
            return f"user:{user.user_id}"
    raise Refused(f"client {remote.client_id}: no person has the address {person}")


def _seen(remote: Client, case_id: UUID, version: int | None) -> CaseWork:
    """The work as it stands, at the version that the caller looked at where they told one."""
    now = remote.case_work(case_id)
    return now if version is None else now.model_copy(update={"version": version})


def _show(work: CaseWork, *, as_json: bool) -> None:
    if as_json:
        print_json(work.model_dump(mode="json"))
        return
    comments = [
        (change.comment, change.changed_by_name, change.changed_at)
        for change in work.changes
        if change.comment is not None
    ]
    show_work(work.assignee_name, work.due_on, work.tags, work.version, comments)
