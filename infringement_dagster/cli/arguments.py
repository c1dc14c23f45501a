"""Arguments and options that commands of several groups share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

ClientArgument = Annotated[str, typer.Argument(help="The client's id.")]
CaseArgument = Annotated[UUID, typer.Argument(help="The case's id, as `cases list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
