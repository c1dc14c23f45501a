"""Where a person goes on to after logging in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from resources.postgres.clients.identity_store import Login

# A path of ours: "//host" and "/\host" are addresses of others to a browser.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*", re.ASCII)
_CLIENT_PATH = re.compile(r"/clients/(?P<client_id>[a-z0-9][a-z0-9-]*)(?:[/?]|$)", re.ASCII)
BackTo = Annotated[str, StringConstraints(max_length=2000)]


def own_path(path: str) -> str:
    """The path when it is one of ours, else the start page."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def client_of(path: str) -> str | None:
    """The client whose page the path leads to."""
    found = _CLIENT_PATH.match(path)
    return found["client_id"] if found else None


def meant_of(opened: Sequence[Login], client_id: str | None) -> list[Login]:
    """Of the accounts that of the client whose page was wanted, or all where there is none."""
    return [person for person in opened if person.client_id == client_id] or list(opened)


def way_of(person: Login, back_to: str) -> str:
    """Where the person wanted to be, or their start where that is another client's."""
    is_theirs = person.client_id is None or client_of(back_to) in (None, person.client_id)
    return own_path(back_to) if is_theirs else "/"
