"""`infringement rules`: a client's rules checked, tried out on stored cases, and how they fare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.clients.config_rules import RuleDocument, Rules
from infringement_dagster.clients.moderation import guard
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.moderation.judging import asked_in_words
from infringement_dagster.domain.moderation.rules import Rule
from infringement_dagster.flagging.moderation.preview_rules import preview_rules
from resources.postgres.clients import client_store
from resources.settings import Settings

FAULTY_EXIT_CODE = 1
_RULES: TypeAdapter[tuple[RuleDocument, ...]] = TypeAdapter(Rules)

app = typer.Typer(
    help="Check a client's rules, try them out, see how they fare.", no_args_is_help=True
)
FileArgument = Annotated[Path, typer.Argument(help="A JSON array of rules, or a whole config.")]


class BadRules(PermanentError):
    """The file holds no valid rules; the message names each place."""


@app.command("check")
def check(file: FileArgument) -> None:
    """Say what is wrong with rules, place by place, and what they ask in words."""
    try:
        rules = _read(file)
    except BadRules as bad:
        out.print(str(bad), markup=False, soft_wrap=True)
        raise typer.Exit(FAULTY_EXIT_CODE) from None
    for rule in rules:
        asked = " and ".join(asked_in_words(condition) for condition in rule.conditions)
        out.print(f"{rule.name}: {rule.action} when {asked}", markup=False, soft_wrap=True)
    out.print(f"{file}: {len(rules)} valid rules", markup=False, soft_wrap=True)


@app.command("preview")
def preview(
    client: ClientArgument,
    file: Annotated[
        Path | None, typer.Argument(help="Rules to try; without it those of the newest config.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the next run would do to the client's stored cases; nothing is written."""
    tried = None if file is None else _read(file)
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        rules = guard.rules_in_force(c, client).rules if tried is None else tried
        found = preview_rules(c, client, rules)
    if as_json:
        print_json(
            {
                "cases": found.cases,
                "changes": found.changes,
                "rules": {item.rule.name: item.changes for item in found.by_rule},
            }
        )
        return
    out.print(f"{found.changes} of {found.cases} cases would change")
    table = Table("rule", "change", "listing", "title", "because")
    for change in found.first:
        case = change.candidate
        table.add_row(
            change.rule.name,
            change.decision or change.kind,
            Text(f"{case.provider} {case.listing_id}"),
            Text(case.title),
            Text(change.judgement.said),
        )
    out.print(table)


@app.command("show")
def show(client: ClientArgument, as_json: AsJson = False) -> None:
    """Show a client's rules in their order, and how they fare."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        states = guard.rule_states(c, client)
    if as_json:
        print_json(
            [
                {
                    "name": state.rule.name,
                    "action": state.rule.action,
                    "decided": state.use.decided,
                    "standing": state.use.standing,
                    "prioritised": state.use.prioritised,
                    "overturned": state.tally.overturned,
                    "paused": None if state.pause is None else state.pause.reason,
                }
                for state in states
            ]
        )
        return
    table = Table("rule", "does", "decided", "stand", "priority", "overturned", "state")
    for state in states:
        table.add_row(
            state.rule.name,
            state.rule.action,
            str(state.use.decided),
            str(state.use.standing),
            str(state.use.prioritised),
            f"{state.tally.overturned} of {state.tally.decided}",
            Text("acts" if state.pause is None else f"paused: {state.pause.reason}"),
        )
    out.print(table)


def _read(file: Path) -> tuple[Rule, ...]:
    try:
        given = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadRules(f"{file} cannot be read as JSON: {error}") from None
    document = given.get("rules", []) if isinstance(given, dict) else given
    try:
        return tuple(rule.to_rule() for rule in _RULES.validate_python(document))
    except ValidationError as error:
        told = (
            f"/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:20]
        )
        raise BadRules("\n".join(told)) from None
