"""The `infringement` command's entry point: its sub-commands and how errors are shown."""

from __future__ import annotations

import sys

import typer

from infringement_dagster.cli import (
    cases,
    clients,
    db,
    demo,
    evidence,
    limits,
    notices,
    scans,
    up,
)
from infringement_dagster.cli.accounts import audit, keys, users
from infringement_dagster.cli.matching.app import app as matching_app
from infringement_dagster.cli.remote.commands import app as remote_app
from infringement_dagster.cli.terminal import fail
from infringement_dagster.domain.errors import InfringementError

app = typer.Typer(
    name="infringement",
    help="Finds counterfeits and copycats on marketplaces for hundreds of clients at once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(clients.app, name="clients")
app.add_typer(db.app, name="db")
app.add_typer(evidence.app, name="evidence")
app.add_typer(keys.app, name="keys")
app.add_typer(notices.app, name="notices")
app.add_typer(users.app, name="users")
app.add_typer(remote_app, name="remote")
app.add_typer(matching_app)
app.command("audit")(audit.audit)
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("scan")(scans.scan)
app.command("cases")(cases.cases)
app.command("cancel")(scans.cancel)
app.command("retry")(scans.retry)
app.command("limits")(limits.limits)


def main() -> None:
    """Runs the command; an expected error is one line on standard error and exit code 2."""
    try:
        app()
    except InfringementError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
