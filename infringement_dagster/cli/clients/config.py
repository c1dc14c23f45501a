"""`infringement config`: a client's config checked before anybody saves it, and its reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from infringement_dagster.cli.named_files import read_document
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.clients.config_faults import config_faults
from infringement_dagster.clients.config_reference import config_schema, reference_tables

FAULTY_EXIT_CODE = 1

app = typer.Typer(help="Check a client's config; its schema and reference.", no_args_is_help=True)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The config document, a JSON file.")],
) -> None:
    """Say what is wrong with a config, place by place; exit code 1 when anything is."""
    faults = config_faults(read_document(file))
    for fault in faults:
        out.print(f"{fault.pointer or '/'}: {fault.message}", markup=False, soft_wrap=True)
    if faults:
        raise typer.Exit(FAULTY_EXIT_CODE)
    out.print(f"{file}: a valid config", markup=False, soft_wrap=True)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a config, for editors and programs."""
    print_json(config_schema())


@app.command("reference")
def reference() -> None:
    """Print every field with default, example and effect on the score, as docs/config.md has it."""
    out.print(reference_tables(), markup=False, soft_wrap=True)
