"""`infringement remote`: scans and cases of a client, asked of an API with a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.named_files import UnwritableFile
from infringement_dagster.cli.remote.asking import ApiUrl, ClientId, Key, RemoteCase, asking
from infringement_dagster.cli.remote.team import TEAM_COMMANDS
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.client.documents import Case, Document, Scan

app = typer.Typer(
    help="Cases and scans of an installation elsewhere, by its API.",
    no_args_is_help=True,
)
for command in TEAM_COMMANDS:
    app.command(command.__name__)(command)
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
UNFINISHED_EXIT_CODE = 1
Item = TypeVar("Item", bound=Document)


@app.command("cases")
def cases(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    state: Annotated[str | None, typer.Option(help="open, decided or dropped.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    assignee: Annotated[
        str | None, typer.Option(help="Only this person's, by `user:` and their id, or nobody's.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only open ones that were due on a day that is over.")
    ] = False,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List flagged cases, the most probable first."""
    shared = {"assignee": assignee, "overdue": overdue or None, "tag": tag}
    with asking(api, key, client) as remote:
        wanted = remote.cases(sort="most_probable", state=state, provider=provider, **shared)
        found = list(islice(wanted, limit))
    _print(found, _case_line, as_json=as_json)


@app.command("decide")
def decide(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    case: RemoteCase,
    decision: Annotated[str, typer.Argument(help="infringing, not_infringing or unsure.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Decide on a case as it stands now."""
    with asking(api, key, client) as remote:
        decided = remote.decide(remote.case(case), decision, reason)
    _print([decided], _case_line)


@app.command("scans")
def scans(
    api: ApiUrl, key: Key, client: ClientId, limit: Limit = 20, as_json: AsJson = False
) -> None:
    """List scans, newest first."""
    with asking(api, key, client) as remote:
        found = list(islice(remote.scans(), limit))
    _print(found, _scan_line, as_json=as_json)


@app.command("scan")
def scan(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    provider: Annotated[
        list[str] | None, typer.Option(help="Only this provider; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a scan and follow it to its end; exit code 1 unless it succeeded or was partial."""
    with asking(api, key, client) as remote:
        asked = remote.request_scan(provider)
        note(f"scan {asked.scan_id} was asked for")
        for event in remote.follow_scan(asked.scan_id):
            note(f"{event.event_no} {event.type} {dict(event.body)}")
        ended = remote.scan(asked.scan_id)
    _print([ended], _scan_line, as_json=as_json)
    if ended.state not in ("succeeded", "partial"):
        raise typer.Exit(UNFINISHED_EXIT_CODE)


@app.command("export")
def export(
    api: ApiUrl,
    key: Key,
    client: ClientId,
    target: Annotated[Path, typer.Argument(help="A .csv or .parquet file to write.")],
) -> None:
    """Write all cases into a file."""
    with asking(api, key, client) as remote:
        try:
            remote.export_cases(target, target.suffix.removeprefix(".") or "csv")
        except OSError as error:
            raise UnwritableFile(f"{target} cannot be written: {error.strerror}") from error


def _print(found: Sequence[Item], line: Callable[[Item], str], *, as_json: bool = False) -> None:
    if as_json:
        print_json([document.model_dump(mode="json") for document in found])
        return
    for document in found:
        out.print(line(document), markup=False, soft_wrap=True)


def _case_line(case: Case) -> str:
    price = f"{case.price_low} {case.currency}" if case.price_low is not None else "no price"
    decision = case.decision or case.state
    columns = (f"{case.probability:.2f}", case.case_id, case.provider, decision, price, case.title)
    return "  ".join(map(str, columns))


def _scan_line(scan: Scan) -> str:
    runs = ", ".join(f"{run.provider} {run.error or run.state}" for run in scan.runs)
    return f"{scan.requested_at:%Y-%m-%d %H:%M}  {scan.scan_id}  {scan.state}  {runs}"
