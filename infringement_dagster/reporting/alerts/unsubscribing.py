"""Links of mails by which their reader gets no more of the kind, without logging in.

A link is signed with a key of the reader's own choices, names one kind of mail to one person about
one client, and takes that away: whoever has it can do nothing else. It works for as long as the
person's choices are kept, also twice.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, get_args
from uuid import UUID

from infringement_dagster.domain.alerts.preferences import ALERT_KINDS, AlertKind
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.reporting.alerts.choosing import stop_telling
from infringement_dagster.reporting.alerts.words import KIND_NAMES
from resources.postgres.alerts import operator_choices, preference_store
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import Doer, record_of_operators
from resources.postgres.database import Database

UNSUBSCRIBE_PATH: Final = "/unsubscribe"
LINK_CHARS_MAX: Final = 300
OPERATORS: Final = "~"  # in place of a client, in links of alerts of the installation
Installation = Literal["installation"]
LinkKind = AlertKind | Installation
_TOKEN = re.compile(
    r"(?P<told>(?P<client_id>~|[a-z0-9][a-z0-9-]*)\.(?P<role>user|operator)-(?P<user_id>[0-9a-f-]{36})"
    r"\.(?P<kind>[a-z_]+))\.(?P<mac>[A-Za-z0-9_-]{43})",
    re.ASCII,
)


class BadLink(PermanentError):
    """The link was not made here, or what it takes away is gone."""

    problem = ProblemKind(
        404,
        "bad-unsubscribe-link",
        "The link does not work",
        "Open the link of the newest mail, or log in and choose there.",
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """The mails that a link takes away."""

    client_id: str
    principal: str
    kind: LinkKind
    said: str  # "the digest of Acme"


def link_path(client_id: str, principal: str, kind: LinkKind, key: bytes) -> str:
    """The path of the link that takes these mails away."""
    told = f"{client_id}.{principal.replace(':', '-')}.{kind}"
    return f"{UNSUBSCRIBE_PATH}/{told}.{_mac(key, told)}"


def look_up(database: Database, token: str) -> Subscription:
    """The mails that the link takes away; looking changes nothing. Raises BadLink."""
    found = _TOKEN.fullmatch(token)
    if found is None or found["kind"] not in (*ALERT_KINDS, *get_args(Installation)):
        raise BadLink("the link is not one of ours, or a part of it is missing")
    principal = f"{found['role']}:{found['user_id']}"
    if (found["client_id"] == OPERATORS) != (found["kind"] == "installation"):
        raise BadLink("the link is not one of ours")
    if found["client_id"] == OPERATORS:
        return _of_installation(database, principal, found["told"], found["mac"])
    kind: AlertKind = next(kind for kind in ALERT_KINDS if kind == found["kind"])
    return _of_client(database, found["client_id"], principal, kind, found["told"], found["mac"])


def unsubscribe(database: Database, token: str, network: str) -> Subscription:
    """The mails that are sent no more; raises BadLink."""
    found = look_up(database, token)
    by = Doer(found.principal, network)
    if found.kind == "installation":
        with database.identity() as c:
            if operator_choices.set_wanted(c, _user_id(found.principal), wanted=False):
                record_of_operators(c, by, "alerts.unsubscribed", found.principal)
    else:
        with database.client(found.client_id) as c:
            stop_telling(c, found.client_id, by, found.principal, found.kind)
    return found


def _of_client(
    database: Database, client_id: str, principal: str, kind: AlertKind, told: str, mac: str
) -> Subscription:
    with database.client(client_id) as c:
        row = preference_store.get_preferences(c, client_id, principal)
        if row is None or not hmac.compare_digest(_mac(row.unsubscribe_key, told), mac):
            raise BadLink("the link is not one of ours")
        name = client_store.get_client(c, client_id).display_name
    return Subscription(client_id, principal, kind, f"{KIND_NAMES[kind]} of {name}")


def _of_installation(database: Database, principal: str, told: str, mac: str) -> Subscription:
    with database.identity() as c:
        choice = operator_choices.choice_of(c, _user_id(principal))
    if choice is None or not hmac.compare_digest(_mac(choice.unsubscribe_key, told), mac):
        raise BadLink("the link is not one of ours")
    return Subscription(OPERATORS, principal, "installation", "alerts of this installation")


def _user_id(principal: str) -> UUID:
    try:
        return UUID(principal.partition(":")[2])
    except ValueError as error:
        raise BadLink("the link is not one of ours") from error


def _mac(key: bytes, told: str) -> str:
    digest = hmac.digest(key, told.encode(), sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
