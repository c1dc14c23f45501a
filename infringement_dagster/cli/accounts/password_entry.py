"""How a person comes by a password: it is given with the command, or set by a link."""

from __future__ import annotations

import os
import sys
from typing import Final

import typer

from infringement_dagster.accounts import passwords
from infringement_dagster.cli.terminal import note, out
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.local.address import pages_url
from resources.identity.credentials import hash_password
from resources.settings import Settings

PASSWORD_VARIABLE: Final = "INFRINGEMENT_USER_PASSWORD"  # noqa: S105 - its name


class PasswordMissing(PermanentError):
    """A password is needed, and nobody can be asked for it."""


def hashed_password(client: str | None, email: str, from_stdin: bool) -> str:
    """The hash of the password that is given; raises WeakPassword and PasswordMissing."""
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else _asked_password()
    return hash_password(password, passwords.known_about(client, email))


def _asked_password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    try:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        raise PasswordMissing(
            "nobody is there to type a password: give it by --password-stdin or "
            f"{PASSWORD_VARIABLE}, or let them set it with --link"
        ) from None


def show_link(link: passwords.ResetLink) -> None:
    """Prints the link, whole where the address of the pages is known."""
    pages = pages_url(Settings())
    below = "" if pages else "below the address of the pages; "
    note(f"{below}works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC")
    out.print(f"{(pages or '').rstrip('/')}{passwords.path_of(link)}", markup=False, soft_wrap=True)
