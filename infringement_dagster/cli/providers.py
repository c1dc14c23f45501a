"""`infringement providers`: which ones can be searched, and whether a plug-in conforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.terminal import note, out, print_json
from resources.providers.conformance.captures import captures_in
from resources.providers.conformance.kit import Result, conformance
from resources.providers.registry import Registry, installed

app = typer.Typer(
    help="List the providers that can be searched; check a plug-in of your own.",
    no_args_is_help=True,
)
Captures = Annotated[
    Path,
    typer.Option(
        exists=True, file_okay=False, help="Folder of saved answers, NAME-search-WORDS-page1.json."
    ),
]
PROBLEMS_EXIT_CODE = 1


@app.command("list")
def list_installed(as_json: AsJson = False) -> None:
    """List the providers that configs may search, with the package that brings each."""
    found = installed()
    if as_json:
        print_json(_document(found))
    else:
        out.print(_table(found))
    for lost in found.unusable:
        note(f"{lost.name} of {lost.package} cannot be used: {lost.reason}")


@app.command("check")
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An installed provider.")],
    captures: Captures,
    marketplace: Annotated[
        str | None, typer.Option(help="Where the answers are from, such as de; else the first.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the conformance kit over saved answers of a provider; exit code 1 on any problem."""
    plug_in = installed().plug_in(name)
    results = conformance(plug_in, captures_in(captures, name), marketplace)
    if as_json:
        print_json([_result(result) for result in results])
    else:
        for result in results:
            _show(result)
    if any(result.problems for result in results):
        raise typer.Exit(PROBLEMS_EXIT_CODE)


def _show(result: Result) -> None:
    verdict = "problems" if result.problems else "ok"
    out.print(f"{verdict:<9}{result.check}: {result.asks}", markup=False, soft_wrap=True)
    for problem in result.problems:
        out.print(f"         - {problem}", markup=False, soft_wrap=True)


def _result(result: Result) -> dict[str, object]:
    return {"check": result.check, "asks": result.asks, "problems": list(result.problems)}


def _table(found: Registry) -> Table:
    table = Table("name", "provider", "package", "a page", "a listing", "marketplaces")
    for name, plug_in in found.plug_ins.items():
        described = plug_in.description
        details = described.listing_page_credits
        table.add_row(
            name,
            described.title,
            found.packages[name],
            str(described.search_page_credits),
            "-" if details is None else str(details),
            " ".join(described.marketplaces),
        )
    return table


def _document(found: Registry) -> dict[str, object]:
    providers = [
        {
            "name": name,
            "title": plug_in.description.title,
            "package": found.packages[name],
            "vendor": plug_in.vendor.name,
            "search_page_credits": plug_in.description.search_page_credits,
            "listing_page_credits": plug_in.description.listing_page_credits,
            "marketplaces": list(plug_in.description.marketplaces),
        }
        for name, plug_in in found.plug_ins.items()
    ]
    unusable = [
        {"name": lost.name, "package": lost.package, "reason": lost.reason}
        for lost in found.unusable
    ]
    return {"providers": providers, "unusable": unusable}
