"""The `infringement` command's entry point: its commands by name, and how it ends over an error."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from resources.processes.endings import explained_end


@dataclass(frozen=True, slots=True)
class Row:
    """One command: where it is, as `module:name`, and the line that `--help` shows of it."""

    target: str
    told: str


# Imported when they are called: all of them take seconds, `--help` and completion have none.
COMMANDS: Final = {
    "demo": Row(
        "stack.demo:demo", "Set up two demo clients, scan for both and show what was flagged."
    ),
    "up": Row(
        "stack.up:up", "Run the API, Dagster with its web server, and the sandbox, until Ctrl-C."
    ),
    "init": Row(
        "init:init",
        "Write dagster.yaml, workspace.yaml, pyproject.toml and example configs, to be edited.",
    ),
    "clients": Row("clients.clients:app", "Add, show, suspend and erase clients."),
    "config": Row("clients.config:app", "Check a client's config; its schema and reference."),
    "references": Row("clients.references:app", "Product photos and logos that clients own."),
    "listings": Row(
        "clients.listings:app", "Import and list files of listings of your own; show a listing."
    ),
    "webhooks": Row("clients.webhooks:app", "Where a client's events are sent."),
    "scans": Row("stack.scans:app", "Start, list, show, cancel and retry scans."),
    "cases": Row(
        "cases.cases:app", "List, show, decide and share out cases; record test purchases."
    ),
    "lists": Row("cases.lists:app", "Sellers and listings allowed, watched or denied."),
    "rules": Row("cases.rules:app", "Check a client's rules, try them out, see how they fare."),
    "actors": Row("cases.actors:app", "List and show who is behind sellers."),
    "evidence": Row("cases.evidence:app", "Export and verify frozen evidence."),
    "notices": Row("cases.notices:app", "Draft notices and record what became of them."),
    "keys": Row("accounts.keys:app", "API keys."),
    "users": Row("accounts.users:app", "People who log in with a password."),
    "audit": Row(
        "accounts.audit:audit",
        "Show the audit trail of a client or of the operators, newest first.",
    ),
    "limits": Row(
        "clients.limits:limits",
        "Show all limits, or set those of a client, a provider or (without either) the "
        "installation.",
    ),
    "providers": Row(
        "providers:app", "List the providers that can be searched; check a plug-in of your own."
    ),
    "remote": Row(
        "remote.commands:app", "Cases and scans of an installation elsewhere, by its API."
    ),
    "db": Row("db:app", "The database's schema and life."),
    "match": Row("matching.app:app", "Compare photos or titles listed in a CSV."),
    "evaluate": Row(
        "matching.evaluate:evaluate",
        "Prints recall per edit and per spelling at fixed false rates, and saves the plots.",
    ),
    "sql": Row(
        "sql:sql",
        "Ask a client's snapshots and exported tables by SQL; reads nothing else.",
    ),
    "agreement": Row(
        "accounts.agreement:agreement",
        "Show how often people who decided on the same case agree, and where they differ.",
    ),
    "rates": Row("rates:app", "Exchange rates: import the central bank's or your own, show them."),
    "benchmark": Row(
        "benchmark.command:benchmark",
        "Measures baselines and other systems on copied photos, brands in titles, and listings.",
    ),
    "fit-global": Row(
        "global_model:fit_global",
        "Fits the model that all clients start from to labelled listings, for engineers.",
    ),
    "calibrate": Row(
        "matching.calibrate:calibrate",
        "Fits probabilities to a client's decisions and reports how honest they are.",
    ),
}


class Commands(TyperGroup):
    """The commands of the table, each imported when it is called; `--help` lists stand-ins."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, row in COMMANDS.items():
            self.commands[name] = TyperCommand(name, help=row.told, short_help=row.told)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself, for a call of it."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name in COMMANDS else stand_in, rest


def loaded(name: str) -> Any:
    """The command of this name, imported."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    gc.disable()  # whatever an import makes stays: looking for garbage in it costs a tenth of all
    found = getattr(import_module(f"infringement_dagster.cli.{module}"), attribute)
    gc.enable()
    if isinstance(found, typer.Typer):
        command: Any = _plainly_helped(typer.main.get_group(found))
    else:
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


def _plainly_helped(group: TyperGroup) -> TyperGroup:
    """The group, whose help lists its commands as the program's does, without boxes.

    Boxes cost a sixth of the 1 CPU s that it may take.
    """
    group.rich_markup_mode = None
    for command in group.commands.values():
        command.short_help = command.short_help or (command.help or "").partition("\n\n")[0]
    return group


app = typer.Typer(
    name="infringement",
    cls=Commands,
    help="Finds counterfeits and copycats on marketplaces for hundreds of clients at once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes around the list of commands cost half of its 0.5 CPU s
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms

        typer.echo(f"infringement {version('infringement-dagster')}")
        raise typer.Exit


@app.callback()
def infringement(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Finds counterfeits and copycats on marketplaces for hundreds of clients at once."""


def main() -> None:
    """Runs the command; an expected error is one line on standard error and exit code 2."""
    with explained_end(_show_error):
        app()


def _show_error(line: str) -> None:
    from infringement_dagster.cli.terminal import notes  # noqa: PLC0415 - with rich, 60 ms

    notes.print(line, markup=False, style="red", soft_wrap=True)


if __name__ == "__main__":
    main()
