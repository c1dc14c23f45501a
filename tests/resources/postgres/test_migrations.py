from __future__ import annotations

from dataclasses import replace
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.rows import scalar_row
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import PhotoRank, Rank
from infringement_dagster.reviewing.decide import decide, take_back
from infringement_dagster.scoring.exchange_rates import import_rates
from resources.postgres import migrations
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans.records import UsageRow
from resources.postgres.scans.usage_store import (
    Question,
    note_questions,
    note_trial,
    put_trial_usage,
)
from resources.postgres.server.roles import ADMISSION, APP, database_of, with_database
from resources.postgres.server.upgrade import migrate, upgrade
from tests.resources.postgres.test_row_level_security import (
    DELETED_FROM,
    OF_ALL_CLIENTS,
    SET_BY_OPERATORS,
    WITHOUT_CLIENT,
)
from tests.support.furnishing import furnish
from tests.support.scene import NOON, a_listing, begin

_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        AND NOT relispartition
    ORDER BY relname
"""


def strings(url: str, query: LiteralString, *values: str) -> list[str]:
    with psycopg.connect(url) as connection, connection.cursor(row_factory=scalar_row) as cursor:
        return [str(value) for value in cursor.execute(query, values)]


def downgrade(owner_url: str, revision: str = "base") -> None:
    engine = create_engine(
        make_url(owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def test_the_schema_goes_up_and_down_and_up_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    tables = strings(empty_database_url, _TABLES)
    assert "listings" in tables
    migrate(empty_database_url)
    assert strings(empty_database_url, _TABLES) == tables
    downgrade(empty_database_url)
    assert strings(empty_database_url, _TABLES) == ["alembic_version"]
    migrate(empty_database_url)
    assert strings(empty_database_url, _TABLES) == tables


def test_pages_frozen_before_the_chain_are_kept_under_their_kind(
    database_urls: DatabaseUrls,
) -> None:
    downgrade(database_urls.owner, "0003")
    insert = """
        INSERT INTO evidence (client_id, case_id, evidence_no, kind, object_key, sha256, size_bytes,
            scan_id, captured_at)
        SELECT 'acme', gen_random_uuid(), 1, kind, 'k', repeat('a', 64), 1, gen_random_uuid(), now()
        FROM unnest(ARRAY['page_facts', 'photo']) kind
    """
    with psycopg.connect(
        with_database(database_urls.admin, database_of(database_urls.owner))
    ) as admin:
        admin.execute("SET session_replication_role = replica")  # its case and scan do not matter
        admin.execute(insert)
        admin.commit()
        migrate(database_urls.owner)
        kinds = admin.execute("SELECT kind, media_type FROM evidence ORDER BY kind").fetchall()
    assert kinds == [("photo", "application/json"), ("provider_page", "application/json")]


def test_hashes_move_into_their_photo_and_back(
    database: Database, database_urls: DatabaseUrls
) -> None:
    furnish(database, "acme")
    kept = "SELECT hashes::text FROM photos"
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    assert strings(admin_url, kept) == ['{"phash/1/raw": "00"}']
    downgrade(database_urls.owner, "0012")
    rows = "SELECT concat_ws(' ', algorithm, algorithm_version, view, hash_hex) FROM image_hashes"
    assert strings(admin_url, rows) == ["phash 1 raw 00"]
    migrate(database_urls.owner)
    assert strings(admin_url, kept) == ['{"phash/1/raw": "00"}']


def test_photos_keep_their_rows_and_names_when_they_are_called_otherwise(
    database: Database, database_urls: DatabaseUrls
) -> None:
    furnish(database, "acme")
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    later = (
        "ARRAY['copy_descriptor', 'photo_text', 'point_cells', 'kind']"  # columns of newer schemas
    )
    rows = f"SELECT (to_jsonb({{0}}) - {later})::text FROM {{0}} ORDER BY 1"
    named = """
        SELECT conname FROM pg_constraint WHERE conrelid::regclass::text ~ 'image|photo'
        UNION ALL SELECT indexname FROM pg_indexes WHERE tablename ~ 'image|photo' ORDER BY 1
    """
    tables = ("photos", "listing_photos", "reference_photos")
    kept = [strings(admin_url, rows.format(name)) for name in tables]
    assert all(kept)
    names = strings(admin_url, named)
    assert [name for name in names if "image" in name or "picture" in name] == []
    downgrade(database_urls.owner, "0021")
    former = ("images", "listing_images", "reference_images")
    assert [strings(admin_url, rows.format(name)) for name in former] == kept
    assert [name for name in strings(admin_url, named) if "photo" in name] == []
    migrate(database_urls.owner)
    assert [strings(admin_url, rows.format(name)) for name in tables] == kept
    assert strings(admin_url, named) == names


def test_every_key_is_led_by_the_client(database_urls: DatabaseUrls) -> None:
    query = """
        SELECT conname || ': ' || pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'x')
            AND relname NOT IN ('alembic_version', 'begun_logins', 'erasures', 'known_devices',
                'login_attempts', 'mails', 'operator_alert_deliveries',
                'operator_alert_occurrences', 'operator_alerts',
                'operator_audit_entries', 'operator_keys', 'operators',
                'password_resets', 'recovery_codes', 'request_limits', 'second_factors',
                'sessions', 'exchange_rates', 'instance_limits',
                'provider_limits', 'provider_prices', 'provider_turns', 'provider_health')
            AND ((SELECT attname FROM pg_attribute
                  WHERE attrelid = conrelid AND attnum = conkey[1]) <> 'client_id'
                OR (contype = 'f' AND (SELECT attname FROM pg_attribute
                    WHERE attrelid = confrelid AND attnum = confkey[1]) <> 'client_id'))
    """
    assert strings(database_urls.owner, query) == []
    unique_indexes = """
        SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique
            AND relname NOT IN ('alembic_version', 'begun_logins', 'erasures', 'known_devices',
                'login_attempts', 'mails', 'operator_alert_deliveries',
                'operator_alert_occurrences', 'operator_alerts',
                'operator_audit_entries', 'operator_keys', 'operators',
                'password_resets', 'recovery_codes', 'request_limits', 'second_factors',
                'sessions', 'exchange_rates', 'instance_limits',
                'provider_limits', 'provider_prices', 'provider_turns', 'provider_health')
            AND (SELECT attname FROM pg_attribute
                 WHERE attrelid = indrelid AND attnum = indkey[0]) <> 'client_id'
    """
    assert strings(database_urls.owner, unique_indexes) == []


_ALLOWED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND CASE WHEN %s IN ('DELETE', 'TRUNCATE', 'TRIGGER')
            THEN has_table_privilege(%s, oid, %s) ELSE has_any_column_privilege(%s, oid, %s) END
    ORDER BY relname
"""


def allowed(urls: DatabaseUrls, role: str, privilege: str) -> set[str]:
    return set(strings(urls.owner, _ALLOWED, privilege, role, privilege, role, privilege))


def test_roles_may_do_what_they_need_and_no_more(database_urls: DatabaseUrls) -> None:
    every_table = set(strings(database_urls.owner, _TABLES)) - {"alembic_version"}
    of_clients = every_table - WITHOUT_CLIENT - OF_ALL_CLIENTS
    set_by_operators = SET_BY_OPERATORS
    history = {
        "audit_entries",
        "case_presences",
        "case_relations",
        "case_work_changes",
        "config_versions",
        "decisions",
        "events",
        "evidence",
        "evidence_links",
        "group_edges",
        "item_outcomes",
        "listing_imports",
        "notice_changes",
        "provider_usage",
        "rule_actions",
        "rule_changes",
        "snapshots",
        "test_purchase_photos",
        "unsettled_charges",
    }
    of_operators = {"instance_limits", "exchange_rates"}
    written = of_clients - set_by_operators | {
        "provider_turns",
        "provider_health",
        "provider_prices",
    }
    assert allowed(database_urls, APP, "SELECT") == of_clients | OF_ALL_CLIENTS
    assert allowed(database_urls, APP, "INSERT") == written
    assert allowed(database_urls, APP, "UPDATE") == written - history
    assert allowed(database_urls, APP, "DELETE") == DELETED_FROM
    seen_in_part = {"background_jobs", "webhooks", "webhook_deliveries"}
    seen_in_part |= {"alert_mails", "alert_preferences", "notice_submissions"}
    queue = {"clients", "scans", "runs"}
    limits = set_by_operators | {"provider_limits"}
    read = {"client_turns", "config_versions", "provider_turns", "provider_usage"}
    read |= {"unsettled_charges", "provider_health", "provider_prices"}
    assert allowed(database_urls, ADMISSION, "SELECT") == (
        queue | seen_in_part | limits | of_operators | read
    )
    assert allowed(database_urls, ADMISSION, "INSERT") == (
        {"audit_entries", "events", "exchange_rates"} | limits
    )
    assert allowed(database_urls, ADMISSION, "UPDATE") == queue | limits | of_operators
    assert allowed(database_urls, ADMISSION, "DELETE") == set()
    for privilege in ("TRUNCATE", "TRIGGER", "REFERENCES"):
        assert allowed(database_urls, APP, privilege) == set()
        assert allowed(database_urls, ADMISSION, privilege) == set()
    for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        assert allowed(database_urls, "public", privilege) == set()


@pytest.mark.parametrize(
    "statement",
    [
        b"UPDATE clients SET state = 'active'",
        b"UPDATE runs SET client_id = 'beta'",
        b"UPDATE cases SET listing_id = 'another'",
        b"UPDATE decisions SET reason = 'rewritten'",
        b"DELETE FROM events",
        b"CREATE TABLE mine ()",
        b"ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        b"SELECT FROM operators",
    ],
)
def test_the_application_cannot_rewrite_history_nor_the_schema(
    database: Database, statement: bytes
) -> None:
    with (
        database.client("acme") as c,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        c.execute(statement)


def test_a_database_of_the_newest_schema_is_not_migrated_again_an_older_one_is(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list[str] = []
    monkeypatch.setattr("resources.postgres.server.upgrade.migrate", migrated.append)
    urls = replace(database_urls, dagster=database_urls.owner)
    upgrade(urls)
    assert migrated == []
    with psycopg.connect(urls.owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    upgrade(urls)
    assert migrated == [urls.owner]


def test_decisions_that_were_taken_back_are_marked_and_a_written_word_is_not(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        flags = [CaseFlag("B01", 0.9, None), CaseFlag("B02", 0.8, None)]
        undone, written = flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
        decide(c, "acme", undone.case_id, "not_infringing", "dealer", "ann", 1)
        decide(c, "acme", undone.case_id, "infringing", "", "bob", 2)
        take_back(c, "acme", undone.case_id, "bob", 3)
        decide(c, "acme", written.case_id, "infringing", "undone", "ann", 1)
        decide(c, "acme", written.case_id, "infringing", "undone", "bob", 2)
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    rows = "SELECT to_jsonb(decisions)::text FROM decisions ORDER BY case_id, decision_no"
    reasons = "SELECT reason FROM decisions ORDER BY reason"
    kept = strings(admin_url, rows)
    downgrade(database_urls.owner, "0028")
    assert strings(admin_url, reasons) == ["", "dealer", "undone", "undone", "undone"]
    migrate(database_urls.owner)
    assert strings(admin_url, rows) == kept


def test_rates_of_one_day_from_several_sources_leave_the_last_import(
    database: Database, database_urls: DatabaseUrls
) -> None:
    import_rates(database, b"Date,USD\n2026-11-27,1.25")
    import_rates(database, b"Date,RUB\n2026-11-27,92", "another bank")
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    downgrade(database_urls.owner, "0028")
    assert strings(admin_url, "SELECT source FROM exchange_rates") == ["another bank"]
    migrate(database_urls.owner)
    assert strings(admin_url, "SELECT source FROM exchange_rates") == ["another bank"]


def test_sightings_that_a_photo_found_and_free_questions_go_down_and_up(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        ranks: dict[str, Rank | PhotoRank] = {
            "B20": PhotoRank(uuid4(), 3),
            "B21": Rank("mug", 1, 1),
        }
        put_listings(c, "acme", scene.scan_id, [a_listing("B20"), a_listing("B21")], ranks)
        free = Question(uuid4(), "ebay_browse", "item_summary/search", 0)
        epoch = scene.run.epoch
        note_questions(c, "acme", scene.scan_id, "amazon", epoch, [free])
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    downgrade(database_urls.owner, "0040")
    rows = "SELECT coalesce(query, '-') || coalesce(page, 0) FROM sightings ORDER BY listing_id"
    assert strings(admin_url, rows)[-2:] == ["-0", "mug1"]
    assert strings(admin_url, "SELECT count(*)::text FROM unsettled_charges") == ["0"]
    migrate(database_urls.owner)
    assert strings(admin_url, rows)[-2:] == ["-0", "mug1"]


def test_what_trials_cost_goes_where_every_charge_is_of_a_scan(
    database: Database, database_urls: DatabaseUrls
) -> None:
    told = UsageRow(uuid4(), "amazon", "scraperapi", "amazon/search", 200, 5, NOON)
    with database.client("acme") as c:
        begin(c, "acme")
        note_trial(c, "acme", "amazon", Question(uuid4(), "scraperapi", "amazon/search", 5))
        put_trial_usage(c, "acme", [told])
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    counts = (
        "SELECT count(*)::text FROM unsettled_charges",
        "SELECT count(*)::text FROM provider_usage",
    )
    assert [strings(admin_url, query) for query in counts] == [["1"], ["1"]]
    downgrade(database_urls.owner, "0048")
    assert [strings(admin_url, query) for query in counts] == [["0"], ["0"]]
    migrate(database_urls.owner)
