"""Every table of the catalogue against a stranger, so that one without a policy fails here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import LiteralString

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from infringement_dagster.admission import AdmissionPlan, ClientLimits, Turn
from infringement_dagster.evidence.chain import NewManifest
from infringement_dagster.matching.hashing import PerceptualHash
from resources.postgres.admission_store import carry_out
from resources.postgres.case_store import decide, flag_cases
from resources.postgres.chain_store import append_links, lock_chain
from resources.postgres.client_store import add_reference_image, save_config
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.event_store import append_events
from resources.postgres.evidence_store import put_evidence
from resources.postgres.image_store import put_hashes, put_image, put_listing_images
from resources.postgres.limit_store import set_client_limits
from resources.postgres.listing_store import put_listings
from resources.postgres.outcome_store import put_item_outcomes
from resources.postgres.records import (
    CaseFlag,
    EvidenceRow,
    ItemOutcome,
    ListingImageRow,
    NewEvent,
    StoredPicture,
)
from resources.postgres.roles import APP, database_of, with_database
from resources.postgres.schedule_store import keep_schedule
from resources.postgres.score_store import put_scores
from resources.postgres.snapshot_store import put_snapshot
from resources.postgres.usage_store import put_usage
from tests.resources.postgres import test_usage_store
from tests.resources.postgres.scene import NOON, a_listing, a_score, an_image, begin
from tests.resources.postgres.test_snapshot_store import a_snapshot

OWN, FOREIGN = "acme", "beta"
WITHOUT_CLIENT = {"login_attempts", "operator_keys", "operators", "request_limits", "sessions"}
OF_ALL_CLIENTS = {"instance_limits", "provider_limits", "provider_turns"}  # say nothing of any
DELETED_FROM = {"item_outcomes", "unsettled_charges"}  # by the application, its own rows
SHARED = {"alembic_version", *WITHOUT_CLIENT, *OF_ALL_CLIENTS}


def furnish(database: Database, client_id: str) -> None:
    """Guarantees at least one row of the client in every table; its keys are its own."""
    with database.client(client_id) as c:
        scene = begin(c, client_id)
        save_config(c, client_id, {"of": client_id}, "tests")
        listing_id, image = f"{client_id}-1", an_image(client_id)
        put_listings(c, client_id, scene.scan_id, [a_listing(listing_id)])
        put_image(c, client_id, image)
        put_hashes(c, client_id, image.sha256, [PerceptualHash("phash", 1, "raw", "00")])
        add_reference_image(c, client_id, sha256=image.sha256, file_name="a.jpg", brand=None)
        picture = StoredPicture(image.sha256)
        place = ListingImageRow("amazon", listing_id, "u", 0, picture, scene.scan_id, NOON)
        put_listing_images(c, client_id, [place])
        outcome = ItemOutcome("row 1", "skipped", "no_title")
        put_item_outcomes(c, client_id, scene.scan_id, "amazon", "raw_listings", [outcome])
        put_usage(c, client_id, scene.scan_id, [test_usage_store.request("amazon", 5)])
        test_usage_store.ask(c, client_id, scene.scan_id)
        put_snapshot(c, client_id, a_snapshot(scene, 1))
        put_scores(c, client_id, scene.scan_id, "amazon", 1, {listing_id: a_score(0.9)})
        flags = [CaseFlag(listing_id, 0.9, None)]
        (case,) = flag_cases(c, client_id, scene.scan_id, "amazon", 1, flags)
        copy = EvidenceRow(
            case.case_id, "photo", "k", image.sha256, 1, "image/png", scene.scan_id, NOON
        )
        put_evidence(c, client_id, [copy, replace(copy, kind="page_facts")])
        manifest = NewManifest(case.case_id, scene.scan_id, image.sha256)
        append_links(c, client_id, lock_chain(c, client_id), [manifest], NOON)
        decide(c, client_id, case.case_id, "unsure", "", "ann", 1)
        c.execute(
            "INSERT INTO users (client_id, email, role) VALUES (%s, 'ann@example.com', 'admin')",
            (client_id,),
        )
        c.execute(
            "INSERT INTO api_keys (client_id, key_id, environment, secret_hash, scopes)"
            " VALUES (%s, %s, 'test', sha256('secret'), '{}')",
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
        c.execute("INSERT INTO client_turns VALUES (%s, now())", (client_id,))
    with database.admission() as c:
        set_client_limits(c, client_id, ClientLimits())
        carry_out(c, AdmissionPlan((), {}, {client_id: Turn(1, 2)}))
        keep_schedule(c, client_id, 1, None)
    with database.identity() as c:
        c.execute(
            "INSERT INTO sessions (token_hash, client_id, user_id, expires_at)"
            " SELECT sha256(client_id::bytea), client_id, user_id, now() FROM users"
            " WHERE client_id = %s",
            (client_id,),
        )


@pytest.fixture
def furnished(database: Database) -> Database:
    """A database in which two clients have rows in every table."""
    for client_id in (OWN, FOREIGN):
        furnish(database, client_id)
    with database.client(FOREIGN) as c:
        save_config(c, FOREIGN, {"one": "more"}, "tests")  # a version that OWN does not have
        append_events(c, FOREIGN, [NewEvent("one.more")])
    return database


@pytest.fixture
def admin(furnished: Database, database_urls: DatabaseUrls) -> Iterator[Connection]:
    """A superuser's connection, to look behind the policies; what it writes is rolled back."""
    with psycopg.connect(
        with_database(database_urls.admin, database_of(database_urls.owner))
    ) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def tables(admin: Connection) -> list[str]:
    """Every table and view of the catalogue that holds rows of clients."""
    rows = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname"
    ).fetchall()
    found = [str(name) for (name,) in rows if name not in SHARED]
    assert len(found) >= 20
    return found


def count(c: Connection, table: str, where: LiteralString = "true") -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE ").format(sql.Identifier(table))
    row = c.execute(query + sql.SQL(where)).fetchone()
    assert row is not None
    return int(row[0])


def columns(admin: Connection, table: str, privilege: str) -> list[str]:
    """The columns on which the application's role has the privilege."""
    rows = admin.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, %s)",
        (table, APP, privilege),
    ).fetchall()
    return [str(name) for (name,) in rows]


def test_every_table_forces_its_policies(admin: Connection, tables: list[str]) -> None:
    forced = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity"
    ).fetchall()
    assert {name for (name,) in forced} == {*tables, *OF_ALL_CLIENTS, *WITHOUT_CLIENT}


def test_a_client_sees_its_own_rows_only(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    for table in tables:
        own = count(admin, table, "client_id = 'acme'")
        assert own > 0, f"furnish() writes nothing into {table}"
        assert count(admin, table) > own
        with furnished.client(OWN) as c:
            assert count(c, table) == own, table


def test_without_a_client_nothing_is_seen(tables: list[str], database_urls: DatabaseUrls) -> None:
    with psycopg.connect(database_urls.app) as c:
        assert [table for table in tables if count(c, table)] == []
        c.execute("SET app.client_id = ''")
        assert [table for table in tables if count(c, table)] == []


# What the operators and the admission write, through a role of their own.
_READ_ONLY = {"admission_turns", "client_limits", "client_schedules"}


def test_a_row_of_another_client_cannot_be_inserted(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    for table in set(tables) - _READ_ONLY:
        row = admin.execute(
            sql.SQL("SELECT to_jsonb(t)::text FROM {} t WHERE client_id = %s LIMIT 1").format(
                sql.Identifier(table)
            ),
            (FOREIGN,),
        ).fetchone()
        insert = sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns}"
            " FROM jsonb_populate_record(NULL::{table}, %s)"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns(admin, table, "INSERT"))),
        )
        with (
            pytest.raises(InsufficientPrivilege, match="row-level security"),
            furnished.client(OWN) as c,
        ):
            c.execute(insert, row)


def test_a_row_of_another_client_cannot_be_changed_or_deleted(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    attempted = 0
    for table in tables:
        for column in columns(admin, table, "UPDATE"):
            update = sql.SQL("UPDATE {} SET {} = {} WHERE client_id = %s").format(
                sql.Identifier(table), sql.Identifier(column), sql.Identifier(column)
            )
            with furnished.client(OWN) as c:
                assert c.execute(update, (FOREIGN,)).rowcount == 0, (table, column)
                assert c.execute(update, (OWN,)).rowcount > 0, (table, column)
            attempted += 1
        delete = sql.SQL("DELETE FROM {} WHERE client_id = %s").format(sql.Identifier(table))
        refused = nullcontext() if table in DELETED_FROM else pytest.raises(InsufficientPrivilege)
        with refused, furnished.client(OWN) as c:
            assert c.execute(delete, (FOREIGN,)).rowcount == 0
    assert attempted > 50


def test_an_own_row_cannot_be_given_away(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    movable = [table for table in tables if "client_id" in columns(admin, table, "UPDATE")]
    assert movable == ["listing_images", "listings", "scores", "sightings"]
    for table in movable:
        give = sql.SQL("UPDATE {} SET client_id = %s").format(sql.Identifier(table))
        with (
            pytest.raises(InsufficientPrivilege, match="row-level security"),
            furnished.client(OWN) as c,
        ):
            c.execute(give, (FOREIGN,))


_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, confrelid::regclass::text,
        array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
        array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND cardinality(conkey) > 1
"""


def test_no_row_can_refer_to_a_row_of_another_client(admin: Connection) -> None:
    """The server checks foreign keys past all policies, so only their columns can prevent it."""
    foreign_keys = admin.execute(_FOREIGN_KEYS).fetchall()
    assert len(foreign_keys) >= 20
    for table, target, own_columns, target_columns in foreign_keys:
        theirs = sql.SQL(", ").join(map(sql.Identifier, target_columns[1:]))
        names = {"target": sql.Identifier(target), "theirs": theirs}
        only_theirs = admin.execute(
            sql.SQL(
                "SELECT {theirs} FROM {target} WHERE client_id = %s EXCEPT"
                " SELECT {theirs} FROM {target} WHERE client_id = %s LIMIT 1"
            ).format(**names),
            (FOREIGN, OWN),
        ).fetchone()
        assert only_theirs is not None, f"furnish() gives both clients the same keys in {target}"
        refer = sql.SQL(
            "UPDATE {} SET ({}) = ROW ({}) WHERE ctid = (SELECT min(ctid) FROM {} "
            "WHERE client_id = %s)"
        ).format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, own_columns[1:])),
            sql.SQL(", ").join(map(sql.Literal, only_theirs)),
            sql.Identifier(table),
        )
        with pytest.raises(ForeignKeyViolation), admin.transaction():
            admin.execute(refer, (OWN,))


def test_admission_sees_the_queue_of_all_and_nothing_else(
    tables: list[str], furnished: Database
) -> None:
    seen = {"clients", "scans", "runs", "config_versions", "provider_usage", "client_turns"}
    seen |= {"unsettled_charges", *_READ_ONLY}
    for table in seen:
        with furnished.admission() as c:
            assert count(c, table, "client_id IN ('acme', 'beta')") >= 2
    seen_in_part = {"webhooks", "webhook_deliveries"}
    for table in {*tables, *WITHOUT_CLIENT} - seen - seen_in_part:
        with pytest.raises(InsufficientPrivilege), furnished.admission() as c:
            count(c, table)
