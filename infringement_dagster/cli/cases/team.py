"""`infringement cases assign` and its like: a team's work on cases, by the pages' functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from infringement_dagster.cli.arguments import AsJson, CaseArgument, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import print_json
from infringement_dagster.cli.work_table import show_work
from infringement_dagster.domain.acting.team import NOBODY, CaseWork, NotAssignable, retagged
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import ON_THE_MACHINE
from resources.settings import Settings

# Imported where it is used: `cases list` needs none of it, and may take 1 CPU s in all.
if TYPE_CHECKING:
    from psycopg import Connection

    from infringement_dagster.domain.case import CaseOrigin
    from infringement_dagster.reviewing.team_work import SharedWork

Version = Annotated[int | None, typer.Option(min=0, help="The work's version that you looked at.")]


def assign(
    client: ClientArgument,
    case: CaseArgument,
    person: Annotated[
        str, typer.Argument(help=f"Their address or `user:` and their id, or {NOBODY}.")
    ],
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Make a case somebody's work, or nobody's."""
    from infringement_dagster.reviewing import team_work  # noqa: PLC0415 - as above

    with _changing(client, case, as_json) as c:
        assignee = person_named(c, client, person)
        seen = _seen(c, client, case, version)
        team_work.assign(c, client, case, assignee, ON_THE_MACHINE, seen.version)


def comment(
    client: ClientArgument,
    case: CaseArgument,
    text: Annotated[str, typer.Argument(help="What the team is to read.")],
    as_json: AsJson = False,
) -> None:
    """Write a comment on a case; it stays as it was written."""
    from infringement_dagster.reviewing import team_work  # noqa: PLC0415 - as above

    with _changing(client, case, as_json) as c:
        team_work.add_comment(c, client, case, text, ON_THE_MACHINE)


def tag(
    client: ClientArgument,
    case: CaseArgument,
    tags: Annotated[list[str] | None, typer.Argument(help="Tags to add.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take away.")] = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Add tags to a case, or take some away."""
    from infringement_dagster.reviewing import team_work  # noqa: PLC0415 - as above

    with _changing(client, case, as_json) as c:
        seen = _seen(c, client, case, version)
        wanted = retagged(seen.tags, tags or (), remove or ())
        team_work.set_tags(c, client, case, wanted, ON_THE_MACHINE, seen.version)


def due(
    client: ClientArgument,
    case: CaseArgument,
    day: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD; without it there is no hurry."),
    ] = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Say by which day a case is to be done, or that there is no hurry."""
    from infringement_dagster.reviewing import team_work  # noqa: PLC0415 - as above

    due_on = None if day is None else day.date()
    with _changing(client, case, as_json) as c:
        seen = _seen(c, client, case, version)
        team_work.set_due_date(c, client, case, due_on, ON_THE_MACHINE, seen.version)


def work(client: ClientArgument, case: CaseArgument, as_json: AsJson = False) -> None:
    """Show who is on a case until when, its tags, and all changes and comments."""
    from resources.postgres.cases import case_store  # noqa: PLC0415 - as above

    with _changing(client, case, as_json) as c:
        case_store.get_case(c, client, case)  # raises UnknownCase


TEAM_COMMANDS: tuple[Callable[..., None], ...] = (assign, comment, tag, due, work)


def person_named(c: Connection, client_id: str, person: str) -> str | None:
    """The person as history names them; None for nobody. Raises NotAssignable."""
    from infringement_dagster.reviewing.team_work import assignable  # noqa: PLC0415 - as above

    if person == NOBODY:
        return None
    people = assignable(c, client_id)
    for principal, address in people.items():
        if person.lower() in (principal, address.lower()):
            return principal
    known = ", ".join(sorted(people.values())) or "nobody may"
    raise NotAssignable(f"client {client_id}: cases cannot be {person}'s; who may decide: {known}")


@dataclass(frozen=True, slots=True)
class SharedOut:
    """Whose cases are wanted, and of which tag; None, and not overdue: whichever."""

    assignee: str | None = None  # an address, or a person as history names them
    overdue: bool = False
    tag: str | None = None
    of_one_client: bool = True  # else a person whom a client does not know has no cases there

    def case_ids(
        self, c: Connection, client_id: str, limit: int, origin: CaseOrigin
    ) -> list[UUID] | None:
        """The most probable of the client's; None where nothing in particular is wanted.

        Raises NotAssignable.
        """
        if (self.assignee, self.overdue, self.tag) == (None, False, None):
            return None
        from resources.postgres.cases import case_lists  # noqa: PLC0415 - as above

        try:
            assignee = self._person(c, client_id)
        except NotAssignable:
            if self.of_one_client:
                raise
            return []
        tag = None if self.tag is None else self.tag.lower()
        wanted = case_lists.CaseFilter(
            origin=origin, assignee=assignee, overdue=self.overdue or None, tag=tag
        )
        page = case_lists.case_page(c, client_id, wanted, "most_probable", limit)
        return [row.case_id for row in page]

    def _person(self, c: Connection, client_id: str) -> str | None:
        if self.assignee is None or self.assignee.startswith("user:"):
            return self.assignee  # also one who may be given none any more
        return person_named(c, client_id, self.assignee) or NOBODY


EVERYBODYS: Final = SharedOut()


@contextmanager
def _changing(client_id: str, case_id: UUID, as_json: bool) -> Iterator[Connection]:
    """The client's transaction; at its end the work on the case is shown as it is then."""
    from infringement_dagster.reviewing.team_work import read_work  # noqa: PLC0415 - as above

    with open_database(Settings()) as database, database.client(client_id) as c:
        client_store.get_client(c, client_id)
        yield c
        shared = read_work(c, client_id, case_id)
        names = _names(c, client_id, shared)
    _show(shared, names, as_json)


def _seen(c: Connection, client_id: str, case_id: UUID, version: int | None) -> CaseWork:
    """The work as it stands, at the version that the caller looked at where they told one."""
    from infringement_dagster.reviewing.team_work import read_work  # noqa: PLC0415 - as above

    now = read_work(c, client_id, case_id).work
    return now if version is None else replace(now, version=version)


def _names(c: Connection, client_id: str, shared: SharedWork) -> dict[str, str]:
    from resources.postgres.clients.principals import principal_names  # noqa: PLC0415 - as above

    signed = {change.changed_by for change in shared.changes}
    assignees = {change.assignee for change in shared.changes if change.assignee}
    return principal_names(c, client_id, signed | assignees)


def _show(shared: SharedWork, names: dict[str, str], as_json: bool) -> None:
    work = shared.work
    if as_json:
        changes = [asdict(change) for change in shared.changes]
        print_json({**asdict(work), "changes": changes})
        return
    comments = [
        (change.comment, names[change.changed_by], change.changed_at)
        for change in shared.changes
        if change.comment is not None
    ]
    assignee = names.get(work.assignee, work.assignee) if work.assignee else None
    show_work(assignee, work.due_on, work.tags, work.version, comments)
