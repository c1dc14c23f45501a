"""`infringement db`: the database's schema and, for the embedded server, its life."""

from __future__ import annotations

from typing import Annotated

import typer

from infringement_dagster.cli.installation import open_urls
from infringement_dagster.cli.terminal import note
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.settings import Settings

app = typer.Typer(help="The database's schema and life.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_database() -> None:
    """Create the roles and databases and run all migrations."""
    with open_urls(Settings()):
        note("the database is at the newest migration")


@app.command("destroy")
def destroy_database(
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Remove the embedded server with everything in it; never touches DATABASE_URL."""
    settings = Settings()
    if not yes:
        typer.confirm(f"remove the embedded database of {settings.state_dir}?", abort=True)
    EmbeddedPostgres(settings.state_dir).destroy()
    note("the embedded database is gone")
