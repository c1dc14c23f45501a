"""Arguments and options that commands of several groups share."""

from __future__ import annotations

from typing import Annotated

import typer

ClientArgument = Annotated[str, typer.Argument(help="The client's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
