"""Rows of a client in every table, written through the stores where there is one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import NAMESPACE_DNS, uuid5

from infringement_dagster.domain.acting.purchases import Order, PurchasePhoto
from infringement_dagster.domain.acting.team import CaseWork
from infringement_dagster.domain.admission import AdmissionPlan, ClientLimits, Turn
from infringement_dagster.domain.alerts.preferences import AlertPreferences
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.groups.likeness import Edge, Likeness, Member, Print
from infringement_dagster.domain.listing_pages.page_read import PageRead
from infringement_dagster.domain.moderation.lists import ListedListing, ListedSeller
from infringement_dagster.domain.moderation.rules import Tally
from infringement_dagster.domain.photo import PerceptualHash
from infringement_dagster.domain.report.figures import Figure, Report
from infringement_dagster.domain.report.weeks import week_of
from infringement_dagster.evidence.chain import NewManifest
from infringement_dagster.notices.drafting import Draft
from infringement_dagster.notices.vero import VeroReport
from infringement_dagster.reviewing.decide import decide
from resources.postgres.alerts.mail_store import NewMail, make_mail
from resources.postgres.alerts.preference_store import put_preferences
from resources.postgres.cases.acting.purchase_store import add_photo as add_purchase_photo
from resources.postgres.cases.acting.purchase_store import add_purchase, purchases_of
from resources.postgres.cases.acting.submission_store import add_submission
from resources.postgres.cases.acting.work_store import add_change, put_work
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.cases.chain_store import append_links, lock_chain
from resources.postgres.cases.evidence_store import put_evidence
from resources.postgres.cases.group_store import put_edges, put_members
from resources.postgres.cases.moderation.list_store import NewEntry, put_entry
from resources.postgres.cases.moderation.rule_store import NewAct, put_acts, put_change
from resources.postgres.cases.notice_store import put_draft
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.cases.saved_view_store import ViewRow, save_view
from resources.postgres.clients.audit import Doer, record
from resources.postgres.clients.client_store import add_reference_photo, save_config
from resources.postgres.clients.job_store import add_job
from resources.postgres.clients.limit_store import set_client_limits
from resources.postgres.clients.schedule_store import keep_schedule
from resources.postgres.database import Database
from resources.postgres.events.visit_store import begin_visit
from resources.postgres.listings.import_store import NewImport, add_import
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.page_store import NewPage, put_pages
from resources.postgres.listings.photo_store import put_listing_photos, put_photo
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from resources.postgres.listings.score_store import put_scores
from resources.postgres.reports.report_store import (
    ExportedTable,
    ReportObjects,
    put_report,
    put_tables,
)
from resources.postgres.retention.retention_store import Retention, set_retention
from resources.postgres.scans.admission_store import carry_out
from resources.postgres.scans.outcome_store import put_item_outcomes
from resources.postgres.scans.snapshot_store import put_snapshot
from resources.postgres.scans.usage_store import put_usage
from tests.resources.postgres.scans import test_usage_store
from tests.resources.postgres.scans.test_snapshot_store import a_snapshot
from tests.support.scene import NOON, a_listing, a_photo, a_score, begin
from tests.support.sold import sell

WEEK = week_of(NOON)
AN_ORDER = Order("28-11234", WEEK, Decimal("9.90"), "EUR")
AN_IMPORT = NewImport("shop", "a.csv", "ab" * 32, 1, 3, 1, 1, 1, 1, ("colour",))


def furnish(database: Database, client_id: str) -> None:
    """Guarantees at least one row of the client in every table; its keys are its own."""
    with database.client(client_id) as c:
        scene = begin(c, client_id)
        save_config(c, client_id, {"of": client_id}, "tests")
        listing_id, photo = f"{client_id}-1", a_photo(client_id)
        other_id = f"{client_id}-2"
        put_listings(c, client_id, scene.scan_id, [a_listing(listing_id), a_listing(other_id)])
        page = PageRead(a_listing(listing_id), a_listing(listing_id))
        put_pages(c, client_id, scene.scan_id, [NewPage(page, ("key",))])
        put_photo(c, client_id, photo, [PerceptualHash("phash", 1, "raw", "00")])
        add_reference_photo(c, client_id, sha256=photo.sha256, file_name="a.jpg", brand=None)
        kept = StoredPhoto(photo.sha256)
        place = ListingPhotoRow("amazon", listing_id, "u", 0, kept, scene.scan_id, NOON)
        put_listing_photos(c, client_id, [place])
        outcome = ItemOutcome("row 1", "skipped", "no_title")
        put_item_outcomes(c, client_id, scene.scan_id, "amazon", "raw_listings", [outcome])
        put_usage(c, client_id, scene.scan_id, [test_usage_store.request("amazon", 5)])
        test_usage_store.ask(c, client_id, scene.scan_id)
        put_snapshot(c, client_id, a_snapshot(scene, 1))
        put_scores(c, client_id, scene.scan_id, "amazon", 1, {listing_id: a_score(0.9)})
        flags = [CaseFlag(listing_id, 0.9, None), CaseFlag(other_id, 0.9, None)]
        case, other = flag_cases(c, client_id, scene.scan_id, "amazon", 1, flags)
        copy = EvidenceRow(
            case.case_id, "photo", "k", photo.sha256, 1, "image/png", scene.scan_id, NOON
        )
        put_evidence(c, client_id, [copy, replace(copy, kind="page_facts")])
        manifest = NewManifest(case.case_id, scene.scan_id, photo.sha256)
        append_links(c, client_id, lock_chain(c, client_id), [manifest], NOON)
        notice = put_draft(c, client_id, case.case_id, Draft("dmca", {}, ()), 1, "ann")
        item = VeroReport("123456789012", "9001", "It was not made by us.", "Acme")
        add_submission(c, client_id, notice.notice_id, item, "user:ann")
        c.execute(
            "INSERT INTO case_presences VALUES (%s, %s, 1, 'gone', %s)",
            (client_id, case.case_id, scene.scan_id),
        )
        c.execute(
            "INSERT INTO case_relations VALUES (%s, %s, %s, 'same_seller', %s)",
            (client_id, other.case_id, case.case_id, scene.scan_id),
        )
        put_work(c, client_id, case.case_id, CaseWork(tags=("urgent",), version=1))
        add_change(c, client_id, case.case_id, "tagged", "user:ann", tags=["urgent"])
        add_purchase(c, client_id, case.case_id, AN_ORDER, "user:ann")
        (bought,) = purchases_of(c, client_id, case.case_id)
        arrived = PurchasePhoto(photo.sha256, "image/png", 1, 1, 1, "user:ann", NOON)
        add_purchase_photo(c, client_id, bought, arrived)
        decide(c, client_id, case.case_id, "unsure", "", "ann", 1)
        act = NewAct(case.case_id, "sure", 1, "reopened", None, ["probability: 90%"])
        put_acts(c, client_id, scene.scan_id, [act])
        put_change(c, client_id, "sure", "paused", None, "overturned", Tally(1, 1))
        for seller in (ListedSeller("amazon", "Sly"), ListedListing("amazon", listing_id)):
            put_entry(c, client_id, NewEntry("watch", seller, "known to us"), "user:ann")
        add_import(c, client_id, AN_IMPORT, "user:ann")
        alike = Likeness(0, 1.0, is_same_seller=True)
        seen = (
            Print(item.case_id, "amazon", frozenset({"bottle"}), "sly") for item in (case, other)
        )
        put_members(c, client_id, [Member(item, case.case_id) for item in seen])
        put_edges(c, client_id, [Edge(other.case_id, case.case_id, alike)])
        sell(c, client_id, [case.case_id, other.case_id])
        add_job(c, client_id, "export", {}, "user:ann")
        exported = ExportedTable("cases", f"{client_id}/t", "ab" * 32, 1, 1, NOON)
        put_tables(c, client_id, WEEK, [exported])
        figures = (Figure("credits", WEEK, 5.0),)
        report = Report(client_id, WEEK, NOON, figures)
        put_report(c, report, ReportObjects(f"{client_id}/r", f"{client_id}/p"))
        begin_visit(c, client_id, "user:ann@example.com")
        save_view(c, client_id, "user:ann@example.com", ViewRow("mine", "tab=all"))
        c.execute(
            "INSERT INTO users (client_id, email, role) VALUES (%s, 'ann@example.com', 'admin')",
            (client_id,),
        )
        c.execute(
            "INSERT INTO api_keys (client_id, key_id, environment, secret_hash, scopes)"
            " VALUES (%s, %s, 'live', sha256('secret'), '{}')",
            (client_id, f"key{client_id}"),
        )
        c.execute(
            "WITH hook AS ("
            " INSERT INTO webhooks (client_id, url, secret, event_types, last_event_no)"
            " VALUES (%s, 'https://x', 'whsec_x', '{a.b}', 1) RETURNING client_id, webhook_id)"
            " INSERT INTO webhook_deliveries (client_id, webhook_id, event_no)"
            " SELECT client_id, webhook_id, event_no FROM hook JOIN events USING (client_id)",
            (client_id,),
        )
        ann = f"user:{uuid5(NAMESPACE_DNS, client_id)}"
        put_preferences(c, client_id, ann, AlertPreferences(priority_cases=True), None)
        make_mail(c, client_id, NewMail(ann, "priority_cases", "1", 0, 1, NOON), NOON)
        record(c, client_id, Doer("user:ann", "192.0.2.1"), "key.created", "1")
        c.execute("INSERT INTO client_turns VALUES (%s, now())", (client_id,))
    with database.admission() as c:
        set_client_limits(c, client_id, ClientLimits())
        carry_out(c, AdmissionPlan((), {}, {client_id: Turn(1, 2)}))
        keep_schedule(c, client_id, 1, None)
        set_retention(c, client_id, Retention())
    with database.identity() as c:
        c.execute(
            "INSERT INTO sessions (token_hash, client_id, user_id, expires_at)"
            " SELECT sha256(client_id::bytea), client_id, user_id, now() FROM users"
            " WHERE client_id = %s",
            (client_id,),
        )
        c.execute(
            "INSERT INTO password_resets (token_hash, client_id, user_id, expires_at)"
            " SELECT sha256(client_id::bytea), client_id, user_id, now() FROM users"
            " WHERE client_id = %s",
            (client_id,),
        )
        c.execute(
            "INSERT INTO known_devices (token_hash, client_id, user_id)"
            " SELECT sha256(client_id::bytea), client_id, user_id FROM users"
            " WHERE client_id = %s",
            (client_id,),
        )
        c.execute(
            "INSERT INTO begun_logins (token_hash, client_id, user_id, expires_at)"
            " SELECT sha256(client_id::bytea), client_id, user_id, now() FROM users"
            " WHERE client_id = %s",
            (client_id,),
        )
        c.execute(
            "INSERT INTO mails (client_id, user_id, address, kind)"
            " SELECT client_id, user_id, email, 'invitation' FROM users WHERE client_id = %s",
            (client_id,),
        )
        c.execute(
            "WITH factor AS ("
            " INSERT INTO second_factors (client_id, user_id, secret)"
            " SELECT client_id, user_id, repeat('A', 32) FROM users WHERE client_id = %s"
            " RETURNING client_id, user_id)"
            " INSERT INTO recovery_codes (client_id, user_id, code_hash)"
            " SELECT client_id, user_id, sha256(client_id::bytea) FROM factor",
            (client_id,),
        )
        c.execute(
            "WITH alert AS ("
            " INSERT INTO operator_alerts (kind, cause, due_at)"
            " VALUES ('run_failed', gen_random_uuid()::text, now()) RETURNING alert_id)"
            " INSERT INTO operator_alert_occurrences (occurrence, alert_id, client_id, said)"
            " SELECT %s, alert_id, %s, 'x' FROM alert",
            (client_id, client_id),
        )
        c.execute("INSERT INTO operator_alert_cursors VALUES (%s, 1)", (client_id,))
