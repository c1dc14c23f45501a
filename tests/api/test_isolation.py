"""Every operation as every role, and against a stranger's and an absent client's things."""

from __future__ import annotations

import re

import httpx
import pytest

from api.jobs.orders import ExportOrder, HistoryOrder
from api.permissions import OPERATIONS, may
from infringement_dagster.domain.acting.team import CaseWork
from infringement_dagster.domain.groups.likeness import Member, Print
from infringement_dagster.domain.moderation.lists import ListedListing
from infringement_dagster.domain.permissions import ROLES, Role
from infringement_dagster.domain.report.figures import Figure, Report
from infringement_dagster.flagging.purchases.arrive import PurchasePhotos
from infringement_dagster.flagging.purchases.record import record_purchase
from infringement_dagster.notices.drafting import Draft
from infringement_dagster.notices.vero import VeroReport
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile
from resources.decoding.blocking import BlockingDecoder
from resources.identity.credentials import hash_password
from resources.objects.keys import imported_faults_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases.acting.submission_store import add_submission
from resources.postgres.cases.acting.work_store import put_work
from resources.postgres.cases.case_lists import CaseFilter
from resources.postgres.cases.group_store import put_members
from resources.postgres.cases.moderation.list_store import NewEntry, put_entry
from resources.postgres.cases.moderation.rule_store import NewAct, put_acts
from resources.postgres.cases.notice_store import put_draft
from resources.postgres.clients import access_store, job_store, operator_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.clients.client_store import reference_photos
from resources.postgres.database import Database
from resources.postgres.events.webhook_store import add_webhook
from resources.postgres.listings.import_store import add_import
from resources.postgres.reports.report_store import ReportObjects, put_report
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, Caller, CallerOf
from tests.api.operations import CALLS, Ids, filled
from tests.support.furnishing import AN_IMPORT, AN_ORDER, WEEK
from tests.support.onboarding import save_config
from tests.support.photos import encoded, product
from tests.support.scene import NOON
from tests.support.sold import sell

PASSWORD = "correct horse battery"
HOST_RUN = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9A-Za-z]{16}\b|beta|nobody|acme"
)


def call(
    caller: Caller, operation: str, ids: Ids, login: dict[str, object] | None = None
) -> httpx.Response:
    """The answer without its body where that would never end; logs in by `login` if told."""
    asked = CALLS[operation]
    with caller.http.stream(
        asked.method,
        filled(asked, ids),
        json=login if login and operation == "log_in" else asked.json,
        headers={"Authorization": f"Bearer {caller.key}", **asked.headers},
    ) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
    return answer


def login_of(role: Role) -> dict[str, object]:
    client_id = None if role == "operator" else "acme"
    return {"client_id": client_id, "email": "a@b", "password": PASSWORD}


def add_person(database: Database, role: Role) -> None:
    """Guarantees that `login_of(role)` names a person of that role."""
    password_hash = hash_password(PASSWORD)
    if role == "operator":
        with database.identity() as c:
            operator_store.add_operator(c, "a@b", password_hash)
    else:
        with database.client("acme") as c:
            access_store.add_user(c, "acme", "a@b", role, password_hash)


def test_every_operation_has_a_call() -> None:
    assert CALLS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_no_more(
    caller_of: CallerOf, database: Database, role: Role
) -> None:
    caller = caller_of("acme", role)
    caller_of("acme", "viewer")  # so that the client exists for an operator
    add_person(database, role)
    allowed = {
        operation
        for operation in sorted(OPERATIONS, key=lambda operation: operation == "suspend_client")
        if call(caller, operation, Ids("acme"), login_of(role)).status_code not in (401, 403)
    }
    assert allowed == {operation for operation in OPERATIONS if may(role, operation)}


def test_without_a_credential_only_open_operations_answer(http: httpx.Client) -> None:
    nobody = Caller(http, "acme", "none")
    answered = {
        operation
        for operation in OPERATIONS
        if call(nobody, operation, Ids("acme")).status_code != 401
    }
    # A wrong login is a 401 too.
    open_ones = {"health", "ready", "metrics", "get_evidence_key"}
    open_ones |= {"reset_password", "ask_for_reset_link"}
    assert answered == open_ones


def things_of(database: Database, objects: ObjectStore, client_id: str, key: str) -> Ids:
    """The ids of real things of the client."""
    scene = flag_cases(database, client_id, 1, objects)
    photo = PhotoFile("a.png", encoded(product(1), "PNG"))
    with BlockingDecoder() as decoder:
        Intake(database, objects, decoder).add(client_id, [photo])
    with database.client(client_id) as c:
        seen = Print(scene.case_ids[0], "amazon", frozenset({"bottle"}), "sly")
        put_members(c, client_id, [Member(seen, scene.case_ids[0])])
        sell(c, client_id, scene.case_ids[:1])
        password_hash = hash_password(PASSWORD)
        user = access_store.add_user(c, client_id, "ann@x.example", "viewer", password_hash)
        webhook = add_webhook(c, client_id, "https://x.example/", ["case.flagged"])
        c.execute(
            """
            INSERT INTO webhook_deliveries (client_id, webhook_id, event_no, state, ended_at)
            VALUES (%s, %s, 1, 'dead', now())
            """,
            (client_id, webhook.webhook_id),
        )
        (reference,) = reference_photos(c, client_id)
        draft = Draft("dmca", {}, ())
        notice = put_draft(c, client_id, scene.case_ids[0], draft, 1, "tests")
        submitted = put_draft(c, client_id, scene.case_ids[0], Draft("dsa_art16", {}, ()), 1, "ann")
        reported = VeroReport("123456789012", "9001", "It was not made by us.", "Acme")
        on_its_way = add_submission(c, client_id, submitted.notice_id, reported, "user:ann")
        put_work(c, client_id, scene.case_ids[0], CaseWork(tags=("mine",), version=1))
        bought = record_purchase(c, client_id, scene.case_ids[0], AN_ORDER, COMMAND_LINE)
        order = ExportOrder(format="csv", wanted=CaseFilter())
        export = job_store.add_job(c, client_id, "export", order.model_dump(mode="json"), "tests")
        ordered = HistoryOrder(draft={}, base_version=1).model_dump()
        history = job_store.add_job(c, client_id, "history", ordered, "tests")
        preview = job_store.add_job(c, client_id, "preview", {"draft": {}}, "tests")
        stored = {f"clients/{client_id}/reports/{name}": b"PAR1" for name in ("table", "page")}
        objects.put_all_once(stored)
        report = Report(client_id, Ids(client_id).week, NOON, (Figure("credits", WEEK, 5.0),))
        put_report(c, report, ReportObjects(*stored))
        subject = ListedListing("amazon", "B00000")
        entry = put_entry(c, client_id, NewEntry("watch", subject, "known"), "tests")
        act = NewAct(scene.case_ids[0], f"rule-of-{client_id}", 1, "prioritised", None, [])
        put_acts(c, client_id, scene.scan_id, [act])
        kept = add_import(c, client_id, AN_IMPORT, "tests")
        objects.put_once(imported_faults_key(client_id, kept.sha256, kept.reading), b"")
        for job_id, content in ((export, b"case_id"), (preview, b"[]"), (history, b"[]")):
            result = f"clients/{client_id}/jobs/{job_id}"
            objects.put_once(result, content)
            job_store.note_succeeded(c, client_id, job_id, result)
    arrived = encoded(product(2), "PNG")
    with BlockingDecoder() as decoder:
        taking_in = PurchasePhotos(database, objects, decoder, client_id, COMMAND_LINE)
        taking_in.add(scene.case_ids[0], bought.purchase_id, arrived)
    return Ids(
        client_id,
        scene.scan_id,
        scene.case_ids[0],
        reference.reference_id,
        user.user_id,
        webhook.webhook_id,
        key.split("_")[2],
        notice_id=notice.notice_id,
        sha256=reference.sha256,
        job_id=export,
        preview_id=preview,
        history_id=history,
        import_id=kept.import_id,
        entry_id=entry.entry_id,
        rule=act.rule,
        submitted_id=submitted.notice_id,
        submission_id=on_its_way.submission_id,
        purchase_id=bought.purchase_id,
        purchase_photo=sha256_hex(arrived),
    )


def plain(answer: httpx.Response) -> tuple[int, dict[str, object]]:
    """The answer less what the caller itself wrote into it."""
    body = answer.json()
    del body["request_id"]
    return answer.status_code, {name: HOST_RUN.sub("*", str(part)) for name, part in body.items()}


def test_foreign_and_absent_things_are_answered_alike_by_every_operation(
    caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    acme, beta = caller_of("acme"), caller_of("beta")
    foreign = things_of(database, objects, "beta", beta.key)
    compared = 0
    for operation, asked in CALLS.items():
        if "{client_id}" not in asked.path or not may("admin", operation):
            continue
        theirs = plain(call(acme, operation, foreign))
        absent = plain(call(acme, operation, Ids("nobody")))
        assert theirs == absent, operation
        assert theirs[0] == 404
        compared += 1
        if asked.path.count("{") > 1 and "version" not in asked.path:
            mine = Ids("acme")
            mixed = Ids("acme", *[getattr(foreign, n) for n in list(Ids.__dataclass_fields__)[1:]])
            if operation == "get_listing":
                continue  # a provider's listing id is no secret and may be known to both
            assert plain(call(acme, operation, mixed)) == plain(call(acme, operation, mine)), (
                operation
            )
            compared += 1
    assert compared >= 50


# What own things answer where no valid call can succeed: a stale or empty body, or nothing to do.
REFUSED = {
    "put_config": 412,
    "add_reference": 422,
    "add_purchase_photo": 422,
    "import_listings": 422,
    "request_scan": 422,
    "retry_scan": 409,
    "create_user": 409,
    "apply_config": 409,
    "draft_notice": 409,
    "set_tags": 409,  # stale: the due date was set before
    "submit_notices": 404,
    "submit_notice": 409,  # the notice's channel has no API
    "decide_group": 409,
    "confirm_proposals": 409,
    "split_group": 422,
    "merge_groups": 404,
    "split_actor": 422,
    "merge_actors": 404,
    "invite_user": 409,  # the tests send no mail
    "get_alert_choices": 409,  # mail is for people, and the caller is a key
    "put_alert_choices": 409,
    "list_alert_mails": 409,
}


def test_own_things_are_found_by_every_operation(
    caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    """Without this, an API that answers 404 to everything would pass the one above."""
    acme, other = caller_of("acme"), caller_of("acme", "viewer")
    own = things_of(database, objects, "acme", other.key)
    save_config(database, "acme", CONFIG, created_by="tests")
    asked = [call for call in CALLS if "{client_id}" in CALLS[call].path and may("admin", call)]
    last = {"DELETE": 2, "POST": 1}  # so that nothing is gone when it is asked for
    asked.sort(key=lambda item: (last.get(CALLS[item].method, 0), item == "disable_user", item))
    answered = {item: call(acme, item, own).status_code for item in asked}
    wrong = {
        key: status
        for key, status in answered.items()
        if status != REFUSED.get(key, status) or (key not in REFUSED and status >= 300)
    }
    assert wrong == {}
    assert {CALLS[item].method for item in asked} == {"GET", "PUT", "POST", "DELETE"}
    assert len(asked) >= 45
