"""People's choices of mails over HTTP, and links of mails that take one kind away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from infringement_dagster.domain.alerts.preferences import ALERT_KINDS, AlertKind
from infringement_dagster.domain.permissions import ClientRole
from infringement_dagster.reporting.alerts.unsubscribing import link_path
from resources.identity.credentials import hash_password
from resources.postgres.alerts import operator_choices, preference_store
from resources.postgres.clients import access_store, operator_store
from resources.postgres.clients.audit import entries_before
from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf

PASSWORD = "correct horse battery"
ALL = {
    "digest": "weekly",
    "digest_hour": 6,
    "priority_cases": True,
    "failed_scans": True,
    "providers_down": True,
    "time_zone": "Europe/Berlin",
    "quiet_hours": {"from_hour": 20, "until_hour": 7},
}
CHOICES = "/v1/clients/acme/alert-choices"
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def ann(http: httpx.Client, acme: Caller, database: Database, password_hash: str) -> Ask:
    return person(http, database, password_hash, "admin")


def person(http: httpx.Client, database: Database, password_hash: str, role: ClientRole) -> Ask:
    """A new person of acme, logged in."""
    address = f"{role}@acme.example"
    with database.client("acme") as c:
        access_store.add_user(c, "acme", address, role, password_hash)
    return logged_in(http, {"client_id": "acme", "email": address, "password": PASSWORD})


def logged_in(http: httpx.Client, login: dict[str, str]) -> Ask:
    answer = http.post("/v1/session", json=login)
    assert answer.status_code == 201
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    headers = {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}
    http.cookies.clear()

    def ask(method: str, path: str, **given: object) -> httpx.Response:
        return http.request(method, path, headers=headers, **given)  # type: ignore[arg-type]

    return ask


def links(database: Database, kinds: tuple[AlertKind, ...] = ALERT_KINDS) -> list[str]:
    """The links of mails of these kinds to everybody who has chosen at acme."""
    with database.client("acme") as c:
        rows = preference_store.lock_preferences(c, "acme")
    return [
        link_path("acme", row.principal, kind, row.unsubscribe_key)
        for row in rows
        for kind in kinds
    ]


def test_what_is_chosen_is_kept_and_told(ann: Ask, acme: Caller) -> None:
    before = ann("GET", CHOICES).json()
    assert (before["digest"], before["next_digest_at"]) == ("off", None)
    chosen = ann("PUT", CHOICES, json=ALL)
    assert chosen.status_code == 200
    told = ann("GET", CHOICES).json()
    assert told == chosen.json()
    assert {name: told[name] for name in ALL} == ALL
    due = datetime.fromisoformat(told["next_digest_at"])
    assert due > datetime.now(UTC)
    assert due.weekday() == 0
    actions = [entry["action"] for entry in acme("GET", "audit").json()["items"]]
    assert "alerts.changed" in actions
    assert ann("GET", "/v1/clients/acme/alert-mails").json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "hourly"},
        {"digest_hour": 24},
        {"digest_hour": 10**30},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "A\0B"},
        {"time_zone": "../../etc/passwd"},
        {"quiet_hours": {"from_hour": 7, "until_hour": 7}},
        {"quiet_hours": {"from_hour": 7}},
        {"unknown": True},
    ],
)
def test_rubbish_is_refused_and_changes_nothing(ann: Ask, wrong: dict[str, object]) -> None:
    ann("PUT", CHOICES, json=ALL)
    answer = ann("PUT", CHOICES, json=ALL | wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert ann("GET", CHOICES).json()["digest"] == "weekly"


def test_failures_are_told_to_admins_alone_and_mail_is_for_people(
    http: httpx.Client,
    acme: Caller,
    caller_of: CallerOf,
    database: Database,
    password_hash: str,
) -> None:
    reviewer = person(http, database, password_hash, "reviewer")
    assert reviewer("PUT", CHOICES, json=ALL).status_code == 403
    body = ALL | {"failed_scans": False, "providers_down": False}
    assert reviewer("PUT", CHOICES, json=body).status_code == 200
    assert reviewer("GET", "/v1/clients/acme/refused-addresses").status_code == 403
    assert reviewer("PUT", "/v1/clients/beta/alert-choices", json=body).status_code == 404
    acme("GET", "alert-choices", expect=409)
    acme("PUT", "alert-choices", json=body, expect=409)
    caller_of("beta")("GET", CHOICES, expect=404)


def test_a_link_takes_one_kind_away_without_a_log_in_and_nothing_else(
    ann: Ask, http: httpx.Client, database: Database
) -> None:
    ann("PUT", CHOICES, json=ALL)
    (link,) = links(database, ("priority_cases",))
    shown = http.get(link)
    assert "priority cases of Acme" in shown.text
    assert ann("GET", CHOICES).json()["priority_cases"] is True  # looking changes nothing
    for _ in range(2):  # RFC 8058: from another site, with neither cookie nor token
        done = http.post(
            link,
            data={"List-Unsubscribe": "One-Click"},
            headers={"Origin": "https://mail.example"},
        )
        assert done.status_code == 200
    told = ann("GET", CHOICES).json()
    assert {name: told[name] for name in ALL} == ALL | {"priority_cases": False}
    with database.client("acme") as c:
        entries = [item for item in entries_before(c, "acme", 10) if "unsub" in item.action]
    assert [(item.action, item.network) for item in entries] == [
        ("alerts.unsubscribed", "127.0.0.1")
    ]
    for other in links(database, ("digest", "failed_scans", "providers_down")):
        assert http.post(other).status_code == 200
    told = ann("GET", CHOICES).json()
    assert (told["digest"], told["failed_scans"], told["providers_down"]) == ("off", False, False)


def test_a_link_that_was_not_made_here_takes_nothing_away(
    ann: Ask, http: httpx.Client, acme: Caller, database: Database
) -> None:
    ann("PUT", CHOICES, json=ALL)
    digest, priority = links(database, ("digest", "priority_cases"))
    told, mac = digest.rsplit(".", 1)
    wrong = [
        f"{told}.{'A' * 43}",
        f"{told}.{priority.rsplit('.', 1)[1]}",  # of another kind
        digest.replace("/acme.", "/beta."),
        digest.replace("user-", "operator-"),
        digest.replace("acme.", "~."),
        f"~.{told.split('.', 1)[1].replace('digest', 'installation')}.{mac}",
        digest[:-1],
        "/unsubscribe/x",
        f"/unsubscribe/{'a' * 400}",
        "/unsubscribe/%00",
        f"/unsubscribe/~.operator-{'-' * 36}.installation.{'A' * 43}",
    ]
    for path in wrong:
        for method in ("GET", "POST"):
            assert http.request(method, path).status_code in (404, 422), path
    assert ann("GET", CHOICES).json()["digest"] == "weekly"


def test_an_operator_ends_alerts_by_the_page_and_by_the_link(
    http: httpx.Client, caller_of: CallerOf, database: Database, password_hash: str
) -> None:
    with database.identity() as c:
        row = operator_store.add_operator(c, "olga@operators.example", password_hash)
    olga = logged_in(http, {"email": row.email, "password": PASSWORD})
    assert olga("GET", "/v1/operator-alerts").json() == {"wanted": True}
    with database.identity() as c:
        (choice,) = operator_choices.told_operators(c)
    link = link_path("~", choice.principal, "installation", choice.unsubscribe_key)
    assert http.post(link).status_code == 200
    assert olga("GET", "/v1/operator-alerts").json() == {"wanted": False}
    assert olga("PUT", "/v1/operator-alerts", json={"wanted": True}).json() == {"wanted": True}
    caller_of("acme", "operator")("GET", "/v1/operator-alerts", expect=409)
    caller_of("acme", "admin")("GET", "/v1/operator-alerts", expect=403)
    olga("PUT", "/v1/clients/acme/alert-choices", json=ALL).raise_for_status()
    assert http.post(links(database, ("digest",))[0]).status_code == 200
