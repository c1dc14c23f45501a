"""`infringement providers`: which ones can be searched, and whether a plug-in conforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.terminal import note, out, print_json
from resources.providers.account import VendorAccounts
from resources.providers.conformance.asking import ask
from resources.providers.conformance.captures import captures_in
from resources.providers.conformance.kit import Result, conformance
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.registry import Registry, installed
from resources.settings import Settings

app = typer.Typer(
    help="List the providers that can be searched; check a plug-in of your own.",
    no_args_is_help=True,
)
Captures = Annotated[
    Path | None,
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
    captures: Captures = None,
    marketplace: Annotated[
        str | None, typer.Option(help="Where the answers are from, such as de; else the first.")
    ] = None,
    vendor: Annotated[
        str | None,
        typer.Option(help="Who reads it, such as ebay_browse; its captures have this name."),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--ask", metavar="WORDS", help="Ask the vendor for them, which is charged."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the conformance kit over answers, saved or asked for; exit code 1 on any problem."""
    plug_in = installed().plug_in(name, vendor)
    if words is not None and captures is None:
        results = _of_asked(plug_in, words, marketplace)
    elif captures is not None and words is None:
        results = conformance(plug_in, captures_in(captures, vendor or name), marketplace)
    else:
        raise typer.BadParameter("give the folder of saved answers (--captures) or --ask WORDS")
    if as_json:
        print_json([_result(result) for result in results])
    else:
        for result in results:
            _show(result)
    if any(result.problems for result in results):
        raise typer.Exit(PROBLEMS_EXIT_CODE)


def _of_asked(plug_in: ProviderPlugIn, words: str, marketplace: str | None) -> list[Result]:
    """The kit's results over answers to these words."""
    if not plug_in.vendor.url:
        raise typer.BadParameter(f"nobody can be asked about {plug_in.description.name}")
    account = VendorAccounts(Settings()).of(plug_in.vendor)
    asked = ask(plug_in, account, words, marketplace)
    read = asked.captures
    return [asked.result(), *(conformance(plug_in, read, marketplace) if read.pages else ())]


def _show(result: Result) -> None:
    verdict = "problems" if result.problems else "ok"
    out.print(f"{verdict:<9}{result.check}: {result.asks}", markup=False, soft_wrap=True)
    for problem in result.problems:
        out.print(f"         - {problem}", markup=False, soft_wrap=True)


def _result(result: Result) -> dict[str, object]:
    return {"check": result.check, "asks": result.asks, "problems": list(result.problems)}


def _read_by(found: Registry, name: str) -> list[ProviderPlugIn]:
    return [found.plug_in(name, vendor) for vendor in found.vendors(name)]


def _table(found: Registry) -> Table:
    table = Table("name", "provider", "package", "vendor", "a page", "a listing", "marketplaces")
    for plug_in in (read for name in found.names for read in _read_by(found, name)):
        described = plug_in.description
        details = described.listing_page_credits
        table.add_row(
            described.name,
            described.title,
            found.packages[described.name],
            plug_in.vendor.name,
            str(described.search_page_credits),
            "-" if details is None else str(details),
            " ".join(described.marketplaces),
        )
    return table


def _document(found: Registry) -> dict[str, object]:
    providers = [
        {
            "name": name,
            "title": found.title(name),
            "package": found.packages[name],
            **_vendor_document(plug_in),
            "vendors": [_vendor_document(read) for read in _read_by(found, name)],
        }
        for name, plug_in in found.plug_ins.items()
    ]
    unusable = [
        {"name": lost.name, "package": lost.package, "reason": lost.reason}
        for lost in found.unusable
    ]
    return {"providers": providers, "unusable": unusable}


def _vendor_document(plug_in: ProviderPlugIn) -> dict[str, object]:
    described, photos = plug_in.description, plug_in.photo_search
    return {
        "vendor": plug_in.vendor.name,
        "search_page_credits": described.search_page_credits,
        "listing_page_credits": described.listing_page_credits,
        "marketplaces": list(described.marketplaces),
        "photo_marketplaces": sorted(photos.marketplaces) if photos else [],
    }
