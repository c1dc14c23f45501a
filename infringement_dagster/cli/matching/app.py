"""The commands about matching as one app, to be mounted without a name of its own."""

from __future__ import annotations

import typer

from infringement_dagster.cli.matching import match
from infringement_dagster.cli.matching.calibrate import calibrate
from infringement_dagster.cli.matching.evaluate import evaluate

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(match.app, name="match")
app.command("evaluate")(evaluate)
app.command("calibrate")(calibrate)
