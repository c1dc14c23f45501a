"""Whom all commands of `infringement remote` ask, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer

from infringement_dagster.client import ApiProblem, Client, Unreachable
from infringement_dagster.domain.errors import PermanentError, TransientError

ApiUrl = Annotated[
    str, typer.Option("--api", envvar="INFRINGEMENT_API", help="Its address, https://...")
]
Key = Annotated[
    str,
    typer.Option(
        "--key", envvar="INFRINGEMENT_API_KEY", help="An API key; better in the environment."
    ),
]
ClientId = Annotated[
    str, typer.Option("--client", envvar="INFRINGEMENT_CLIENT", help="Whose scans and cases.")
]
RemoteCase = Annotated[
    UUID, typer.Argument(metavar="CASE", help="The case's id, as `remote cases` shows it.")
]


class Refused(PermanentError):
    """The API refused; the message holds its words and what to do."""


class NoAnswer(TransientError):
    """The API did not answer."""


@contextmanager
def asking(api: str, key: str, client_id: str) -> Iterator[Client]:
    """The client; what it raises ends the command in one line."""
    try:
        with Client(api, key, client_id) as remote:
            yield remote
    except ApiProblem as problem:
        raise Refused(f"{problem.detail}. {problem.hint}") from None
    except Unreachable as error:
        raise NoAnswer(str(error)) from None
