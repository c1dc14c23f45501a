from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection

from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.probes import Probe, leaked, probes, relations
from tests.resources.postgres.test_row_level_security import SHARED
from tests.support.furnishing import furnish

CLIENTS = ("acme", "beta", "gamma")
PROBES_MIN = 2000

# What an engineer in a hurry might do; each must be found.
FAULTS = {
    "listings": "ALTER TABLE listings DISABLE ROW LEVEL SECURITY",
    "events": "ALTER POLICY own_rows ON events USING (true)",
    "decisions": "ALTER POLICY own_rows ON decisions WITH CHECK (true)",
    "users": "CREATE POLICY support ON users FOR SELECT TO infringement_app USING (true)",
    "runs": "ALTER POLICY own_rows ON runs USING (client_id IS NOT NULL) WITH CHECK (true)",
    "all_scans": "CREATE VIEW all_scans AS SELECT * FROM scans;"
    " GRANT SELECT ON all_scans TO infringement_app",
    "case_notes": "CREATE TABLE case_notes AS SELECT client_id, case_id FROM cases;"
    " GRANT SELECT, INSERT ON case_notes TO infringement_app",
    "photos": "CREATE POLICY shared ON photos TO infringement_app"
    " USING (sha256 IS NOT NULL) WITH CHECK (false)",
    "events_default": "ALTER TABLE events_default DISABLE ROW LEVEL SECURITY;"
    " GRANT SELECT, INSERT ON events_default TO infringement_app",
}


@pytest.fixture
def admin(database: Database, database_urls: DatabaseUrls) -> Iterator[Connection]:
    """A superuser's connection to a database with three clients."""
    for client_id in CLIENTS:
        furnish(database, client_id)
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def all_probes(admin: Connection, only: str | None = None) -> list[Probe]:
    return [
        probe
        for relation in relations(admin, SHARED)
        if only in (None, relation.name)
        for own in CLIENTS
        for foreign in CLIENTS
        if own != foreign
        for probe in probes(admin, relation, own, foreign)
    ]


def test_no_client_reaches_anything_of_another(
    admin: Connection, database_urls: DatabaseUrls
) -> None:
    found = all_probes(admin)
    with psycopg.connect(database_urls.app, autocommit=True) as app:
        leaks = [probe for probe in found if leaked(app, probe)]
    assert leaks == []
    assert len(found) >= PROBES_MIN
    by_operation = Counter(probe.operation for probe in found)
    assert set(by_operation) == {
        "select",
        "insert",
        "update",
        "delete",
        "upsert",
        "copy",
        "foreign key",
    }
    assert min(by_operation.values()) >= 6 * 20


def test_probes_on_own_rows_succeed(admin: Connection, database_urls: DatabaseUrls) -> None:
    """Without this, probes that cannot reach anything would pass."""
    own = [
        probe
        for relation in relations(admin, SHARED)
        for probe in probes(admin, relation, "acme", "acme")
    ]
    with psycopg.connect(database_urls.app, autocommit=True) as app:
        reached = Counter(probe.operation for probe in own if leaked(app, probe))
    assert reached["select"] > 200
    assert reached["update"] > 50
    assert min(reached[item] for item in ("copy", "insert", "upsert")) >= 15


def test_every_seeded_fault_is_found(admin: Connection, database_urls: DatabaseUrls) -> None:
    for fault in FAULTS.values():
        for statement in fault.split(";"):
            admin.execute(statement.encode())
    with psycopg.connect(database_urls.app, autocommit=True) as app:
        missed = [
            relation
            for relation in FAULTS
            if not any(leaked(app, probe) for probe in all_probes(admin, relation))
        ]
    assert missed == []
    assert len(FAULTS) == 9
