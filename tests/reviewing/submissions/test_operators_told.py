"""Operators are told of submissions that only they can help, once of each, with what to check."""

from __future__ import annotations

import psycopg
import pytest

from infringement_dagster.reporting.alerts.content import Content
from infringement_dagster.reporting.alerts.operator_words import chat_of_alert, content_of_alert
from infringement_dagster.reviewing.submissions.room import SubmissionRoom
from resources.postgres.alerts import operator_alert_store
from resources.postgres.alerts.operator_alert_store import OperatorAlert
from resources.postgres.database import Database
from resources.providers.authorization.client_credentials import forget_tokens
from resources.vero.account import NoVeroAccount, VeroAccount
from resources.vero.desk import VeroDesk
from tests.reviewing.submissions.test_room import Acme
from tests.support.vero_scene import Ebay, Fault


@pytest.fixture
def acme(database: Database, ebay: Ebay) -> Acme:
    forget_tokens()
    return Acme(database, ebay, ebay.item_ids[:2])


def alerts_due(database: Database, admin: psycopg.Connection) -> list[OperatorAlert]:
    """The alerts that are on their way now."""
    admin.execute("UPDATE operator_alerts SET due_at = now() WHERE closed_at IS NULL")
    with database.identity() as c:
        operator_alert_store.close_due(c, ["webhook"])
        found = []
        while (delivery := operator_alert_store.take_delivery(c)) is not None:
            alert = operator_alert_store.get_alert(c, delivery.alert_id)
            assert alert is not None
            found.append(alert)
            operator_alert_store.end_delivery(c, delivery, "sent")
    return found


def look_as(acme: Acme, ebay: Ebay, account: str) -> None:
    """The task looks once, in another process, let in as this account."""
    forget_tokens()
    with acme.database.client("acme") as c:
        c.execute("UPDATE notice_submissions SET next_try_at = now() WHERE ended_at IS NULL")
    SubmissionRoom(acme.database, VeroDesk(lambda: ebay.account(account))).send_due()


def test_a_refused_account_is_told_once_of_all_that_waits(
    acme: Acme, ebay: Ebay, admin: psycopg.Connection
) -> None:
    acme.submit()
    acme.submit(1)
    for _ in range(3):
        look_as(acme, ebay, "refused")
    (alert,) = alerts_due(acme.database, admin)
    said: Content = content_of_alert(alert)
    assert said.subject == "Not submitted yet: 2 notices to eBay"
    assert "EBAY_VERO_CLIENT_SECRET" in said.opening
    assert {example.client_id for example in alert.examples} == {"acme"}
    assert acme.newest().told == alert.examples[0].said
    assert chat_of_alert(alert).title == said.subject
    look_as(acme, ebay, "refused")
    assert alerts_due(acme.database, admin) == [], "each was told"
    look_as(acme, ebay, "tests")
    assert acme.newest().state == "sent", "it went out by itself once the account was let in"


def test_a_403_within_a_session_is_told_too(
    acme: Acme, ebay: Ebay, admin: psycopg.Connection
) -> None:
    ebay.line.faults.append(Fault(403))
    acme.submit()
    acme.look()
    (alert,) = alerts_due(acme.database, admin)
    assert (alert.kind, alert.number) == ("submissions_wait", 1)


def test_what_waits_for_an_hour_is_told_whatever_the_reason(
    acme: Acme, ebay: Ebay, admin: psycopg.Connection
) -> None:
    acme.submit()

    def none() -> VeroAccount:
        raise NoVeroAccount("set EBAY_VERO_CLIENT_ID")

    def look_after(minutes: int) -> list[OperatorAlert]:
        admin.execute(
            "UPDATE notice_submissions SET next_try_at = now(),"
            " asked_at = now() - %s * interval '1 minute'",
            (minutes,),
        )
        SubmissionRoom(acme.database, VeroDesk(none)).send_due()
        return alerts_due(acme.database, admin)

    assert look_after(59) == []
    (alert,) = look_after(60)
    assert [example.said for example in alert.examples] == ["set EBAY_VERO_CLIENT_ID"]
    assert look_after(120) == []


def test_what_ebay_refuses_of_a_notice_is_for_its_people_alone(
    acme: Acme, ebay: Ebay, admin: psycopg.Connection
) -> None:
    ebay.line.faults.append(Fault(400))
    acme.submit()
    acme.look()
    assert len(acme.failures()) == 1
    assert alerts_due(acme.database, admin) == []
