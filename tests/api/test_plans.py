"""Every list the API reads goes through an index, under row-level security."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
from psycopg import Connection

from infringement_dagster.domain.actors.sellers import SellerKey
from resources.postgres.actors import actor_lists, seller_lists
from resources.postgres.actors.earlier_notices import earlier_notices
from resources.postgres.actors.records import weeks_of
from resources.postgres.cases import (
    case_lists,
    chain_store,
    decision_store,
    evidence_store,
    group_lists,
    notice_store,
    relation_store,
    saved_view_store,
)
from resources.postgres.cases.acting import purchase_store, submission_store, work_store
from resources.postgres.cases.case_lists import CaseFilter, CasePosition
from resources.postgres.clients import access_store, config_store
from resources.postgres.clients.audit import AuditPosition, entries_before
from resources.postgres.clients.principals import principal_names
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store, webhook_store
from resources.postgres.listings import listing_store, score_store
from resources.postgres.listings.listing_store import ListingFilter
from resources.postgres.scans import scan_store, usage_store
from resources.postgres.scans.scan_store import ScanPosition
from resources.postgres.server.roles import database_of, with_database
from tests.api.case_scene import flag_cases
from tests.support.scene import ask_for_scan

NOW = datetime.now(UTC)
SOME = UUID(int=0)
AFTER = CasePosition(NOW, 0.9, SOME)
Query = Callable[[Connection, UUID, UUID], object]
C = "client-1"
ANN = "user:09935542-cd9b-4b7f-9f84-ea1efa987911"
QUERIES: dict[str, Query] = {
    "newest cases": lambda c, *_: case_lists.case_page(c, C, CaseFilter(), "newest", 50),
    "newest cases of a state": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(state="open"), "newest", 50, AFTER
    ),
    "most probable cases": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(), "most_probable", 50, AFTER
    ),
    "open cases, most probable first": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(state="open"), "most_probable", 50
    ),
    "cheapest cases": lambda c, *_: case_lists.case_page(c, C, CaseFilter(), "cheapest", 50, AFTER),
    "most visible cases": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(), "most_visible", 50, AFTER
    ),
    "cases set aside": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(state="open", set_aside=True), "most_probable", 50
    ),
    "cases of a person, overdue and tagged": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(assignee=ANN, overdue=True, tag="urgent"), "newest", 50
    ),
    "cases that are nobody's": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(assignee="nobody", state="open"), "most_probable", 50
    ),
    "the work on a case": lambda c, _, case_id: (
        work_store.works_of(c, C, [case_id]),
        work_store.changes_of(c, C, case_id),
    ),
    "test purchases at a case": lambda c, _, case_id: (
        purchase_store.purchases_of(c, C, case_id),
        purchase_store.get_purchase(c, C, case_id, SOME),
    ),
    "submissions of a notice": lambda c, *_: (
        submission_store.submissions_of(c, C, SOME),
        submission_store.under_way_among(c, C, [SOME]),
        submission_store.submission_counts(c, C),
    ),
    "earlier notices": lambda c, _, case_id: earlier_notices(c, C, case_id),
    "number of cases wanted": lambda c, *_: case_lists.count_cases(
        c, C, CaseFilter(provider="amazon", seller="cheap & co"), 10_001
    ),
    "groups": lambda c, *_: group_lists.group_page(c, C, 50),
    "a group with its cases and edges": lambda c, _, case_id: (
        group := group_lists.group_of_case(c, C, case_id) or SOME,
        group_lists.get_group(c, C, group),
        group_lists.cases_in_group(c, C, group),
        group_lists.edges_of_group(c, C, group),
    ),
    "decisions that stand in a group": lambda c, *_: group_lists.standing_decisions(c, C, [SOME]),
    "actors": lambda c, *_: actor_lists.actor_page(c, C, 50),
    "an actor with its sellers and links": lambda c, _, case_id: (
        actor_lists.get_actor(c, C, case_id),
        seller_lists.sellers_of_actor(c, C, case_id),
        actor_lists.links_of_actor(c, C, case_id),
        weeks_of(c, C, [SellerKey("amazon", f"name:{case_id}")]),
    ),
    "sellers": lambda c, *_: seller_lists.seller_page(c, C, 50),
    "a seller with its cases": lambda c, _, case_id: (
        seller_lists.get_seller(c, C, SellerKey("amazon", f"name:{case_id}")),
        seller_lists.cases_of_sellers(c, C, [SellerKey("amazon", f"name:{case_id}")], 100),
        seller_lists.sellers_of_cases(c, C, [case_id]),
    ),
    "decisions of one moment": lambda c, *_: decision_store.decided_at_once(c, C, "user:7", NOW),
    "cases by seller and text": lambda c, *_: case_lists.case_page(
        c, C, CaseFilter(provider="amazon", seller="cheap & co", text="bottle"), "newest", 50
    ),
    "cases of a scan": lambda c, scan_id, _: case_lists.case_page(
        c, C, CaseFilter(scan_id=scan_id), "newest", 50
    ),
    "a case": lambda c, _, case_id: case_lists.get_case(c, C, case_id),
    "its evidence": lambda c, _, case_id: evidence_store.evidence_of(c, C, case_id),
    "its links": lambda c, _, case_id: chain_store.links_of_case(c, C, case_id),
    "links": lambda c, *_: chain_store.links_after(c, C, 5, 100),
    "its notices": lambda c, _, case_id: notice_store.notices_of(c, C, case_id),
    "changes of a notice": lambda c, *_: notice_store.changes_of(c, C, SOME),
    "its presences": lambda c, _, case_id: relation_store.presences_of(c, C, case_id),
    "its relations": lambda c, _, case_id: relation_store.relations_of(c, C, case_id),
    "its decisions": lambda c, _, case_id: decision_store.decisions_of(c, C, case_id),
    "case counts": lambda c, *_: case_lists.case_counts(c, C),
    "listings": lambda c, *_: listing_store.listing_page(
        c, C, ListingFilter(text="bottle"), 50, ("amazon", "B00010")
    ),
    "a listing": lambda c, *_: listing_store.get_listing(c, C, "amazon", "B00010"),
    "scores": lambda c, scan_id, _: score_store.score_page(c, C, scan_id, 0.2, 50),
    "scans": lambda c, *_: scan_store.scan_page(c, C, 20, ScanPosition(NOW, SOME)),
    "events": lambda c, *_: event_store.events_after(c, C, 5, 100),
    "events of a scan": lambda c, scan_id, _: event_store.events_after(c, C, 0, 100, scan_id),
    "oldest event": lambda c, *_: event_store.first_number(c, C),
    "config versions": lambda c, *_: config_store.versions_before(c, C, 99, 50),
    "usage": lambda c, *_: usage_store.credits_by_month(c, C, date(2020, 1, 1)),
    "use of limits": lambda c, *_: usage_store.client_use(c, C),
    "keys": lambda c, *_: access_store.list_keys(c, C),
    "users": lambda c, *_: access_store.list_users(c, C),
    "saved views": lambda c, *_: saved_view_store.views_of(c, C, "user:7"),
    "audit trail": lambda c, *_: entries_before(c, C, 50, AuditPosition(NOW, SOME)),
    "names": lambda c, *_: principal_names(c, C, [f"user:{SOME}", "key:1", "tests"]),
    "web-hooks": lambda c, *_: webhook_store.list_webhooks(c, C),
}
_FILL = """
    INSERT INTO users (client_id, email, role)
        SELECT client_id, n || '@x.example', 'viewer' FROM clients, generate_series(1, 300) n;
    INSERT INTO api_keys (client_id, key_id, environment, secret_hash, scopes)
        SELECT client_id, md5(client_id || n), 'live', sha256('x'), '{}'
        FROM clients, generate_series(1, 300) n;
    INSERT INTO audit_entries (client_id, principal, action)
        SELECT client_id, 'tests', 'key.created' FROM clients, generate_series(1, 300) n;
    INSERT INTO webhooks (client_id, url, secret, event_types, last_event_no)
        SELECT client_id, 'https://x.example', 'whsec_', '{a.b}', 0
        FROM clients, generate_series(1, 300) n;
    INSERT INTO config_versions (client_id, version, document, created_by)
        SELECT client_id, n, '{}', 'tests' FROM clients, generate_series(2, 300) n;
    INSERT INTO provider_usage (client_id, request_id, scan_id, provider, vendor, endpoint, status,
            credits, charged_at)
        SELECT client_id, gen_random_uuid(), scan_id, provider, 'v', 'e', 200, 5, now()
        FROM runs, generate_series(1, 10) n;
    INSERT INTO listing_photos (client_id, provider, listing_id, url_sha256, url, position,
            outcome, reason, checked_at, first_scan_id, last_scan_id)
        SELECT client_id, provider, listing_id, repeat('b', 63) || n, 'u', n, 'failed', 'r', now(),
            first_scan_id, last_scan_id
        FROM listings, generate_series(1, 3) n;
    INSERT INTO decisions (client_id, case_id, decision_no, decision, reason, decided_by)
        SELECT client_id, case_id, 1, 'unsure', '', 'tests' FROM cases;
    INSERT INTO evidence (client_id, case_id, evidence_no, kind, object_key, sha256, size_bytes,
            media_type, scan_id, captured_at)
        SELECT client_id, case_id, 1, 'photo', 'k', repeat('a', 64), 1, 'image/png', scan_id, now()
        FROM cases;
    INSERT INTO evidence_links (client_id, chain_no, case_id, scan_id, manifest_sha256,
            previous_sha256, sha256, linked_at)
        SELECT client_id, row_number() OVER (PARTITION BY client_id), case_id, scan_id,
            repeat('a', 64), repeat('b', 64), repeat('c', 64), now() FROM cases;
    INSERT INTO saved_views (client_id, actor, name, address)
        SELECT client_id, 'user:' || n % 30, n, 'tab=all' FROM clients, generate_series(1, 300) n;
    INSERT INTO notices (client_id, case_id, channel, state, fields, holds, config_version)
        SELECT client_id, case_id, 'dmca', 'drafted', '{}', '[]', 1 FROM cases;
    INSERT INTO notice_changes (client_id, notice_id, change_no, state, note, changed_by)
        SELECT client_id, notice_id, 1, state, '', 'tests' FROM notices;
    INSERT INTO notice_submissions (client_id, notice_id, item_id, reason_code, detailed_message,
            asked_by)
        SELECT client_id, notice_id, '123456789012', '9001', '', 'tests' FROM notices;
    INSERT INTO case_work (client_id, case_id, assignee, due_on, tags, version)
        SELECT client_id, case_id, 'user:' || case_id, now(), ARRAY[case_id::text], 1 FROM cases;
    INSERT INTO case_work_changes (client_id, case_id, change_no, kind, comment, changed_by)
        SELECT client_id, case_id, 1, 'commented', 'x', 'tests' FROM cases;
    INSERT INTO test_purchases (client_id, case_id, order_number, ordered_on, amount, currency,
            note, recorded_by)
        SELECT client_id, case_id, '1', now(), 9.9, 'EUR', '', 'tests' FROM cases;
    INSERT INTO test_purchase_photos (client_id, purchase_id, sha256, photo_no, media_type,
            width_px, height_px, size_bytes, added_by)
        SELECT client_id, purchase_id, repeat('a', 64), 1, 'image/png', 1, 1, 1, 'tests'
        FROM test_purchases;
    INSERT INTO case_presences (client_id, case_id, presence_no, presence, scan_id)
        SELECT client_id, case_id, 1, 'gone', scan_id FROM cases;
    INSERT INTO case_relations (client_id, case_id, earlier_case_id, kind, scan_id)
        SELECT client_id, case_id, earlier, 'same_seller', scan_id FROM (
            SELECT *, lag(case_id) OVER (PARTITION BY client_id ORDER BY case_id) AS earlier
            FROM cases) pairs WHERE earlier IS NOT NULL;
    INSERT INTO grouped_cases (client_id, case_id, arrival_no, group_id, words)
        SELECT client_id, case_id, number, first_value(case_id) OVER (
                PARTITION BY client_id, number / 10 ORDER BY number), '{}' FROM (
            SELECT *, row_number() OVER (PARTITION BY client_id ORDER BY case_id) AS number
            FROM cases) numbered;
    INSERT INTO group_edges (client_id, case_id, earlier_case_id, is_same_seller, is_same_provider)
        SELECT client_id, case_id, group_id, true, true FROM grouped_cases
        WHERE case_id <> group_id;
    INSERT INTO seller_traces (client_id, case_id, provider, seller_key, seller_name)
        SELECT client_id, case_id, 'amazon', 'name:' || case_id, 'Sly' FROM cases;
    INSERT INTO sellers (client_id, provider, seller_key, arrival_no, seller_name, own_actor_id,
            actor_id)
        SELECT client_id, 'amazon', 'name:' || case_id, arrival_no, 'Sly', case_id, case_id
        FROM grouped_cases;
    INSERT INTO seller_links (client_id, provider, seller_key, other_provider, other_seller_key,
            weight, evidence)
        SELECT client_id, 'amazon', 'name:' || case_id, 'amazon', 'name:' || earlier_case_id, 4,
            '[]' FROM group_edges;
"""


def test_no_list_reads_a_whole_table(database: Database, database_urls: DatabaseUrls) -> None:
    """Twelve clients with some hundred rows in each table, so that an index is worth it."""
    for number in range(12):
        client_id = f"client-{number}"
        with database.client(client_id) as c:
            c.execute(
                "INSERT INTO clients (client_id, display_name) VALUES (%s, 'X')", (client_id,)
            )
        scene = flag_cases(database, client_id, 300)
        with database.client(client_id) as c:
            for _ in range(40):
                ask_for_scan(c, client_id)
        if client_id == C:
            scan_id, case_id = scene.scan_id, scene.case_ids[7]
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(_FILL.encode())
        admin.execute("VACUUM ANALYZE")
    scanned = {}
    for name, query in QUERIES.items():
        with database.client(C) as c:
            query(c, scan_id, case_id)
            read_whole = c.execute(
                "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0"
                " ORDER BY relname"
            ).fetchall()
        if read_whole:
            scanned[name] = [relname for (relname,) in read_whole]
    assert scanned == {}


def test_a_sequential_scan_would_be_seen(database: Database) -> None:
    """Without this, counters that count nothing would pass."""
    with database.client("nobody") as c:
        c.execute("SELECT count(*) FROM instance_limits")
        found = c.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0")
        assert ("instance_limits",) in found.fetchall()
