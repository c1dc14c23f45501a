"""The commands about matching as one app, to be mounted without a name of its own."""

from __future__ import annotations

import typer

from infringement_dagster.cli.matching import match
from infringement_dagster.cli.matching.calibrate import calibrate
from infringement_dagster.cli.matching.evaluate import evaluate
from infringement_dagster.cli.matching.listings import match_listings

app = typer.Typer(no_args_is_help=True, add_completion=False)
match.app.command("listings")(match_listings)
app.add_typer(match.app, name="match")
app.command("evaluate")(evaluate)
app.command("calibrate")(calibrate)
