"""The roles can do no more than they should, on the embedded server and on an outside one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres, embedded_or_external
from resources.settings import Settings


@pytest.fixture
def admin(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """The administrator's session; what the test does to the roles is undone."""
    with psycopg.connect(postgres.admin_url) as connection:
        yield connection
        connection.rollback()


def test_no_role_is_a_superuser_or_bypasses_row_level_security(admin: psycopg.Connection) -> None:
    found = admin.execute(
        "select rolname::text, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb"
        " from pg_roles where rolname = any(%s)",
        (list(roles.ROLES),),
    )
    assert dict(found.fetchall()) == dict.fromkeys(roles.ROLES, False)


def test_neither_application_nor_admission_may_become_the_owner(
    admin: psycopg.Connection,
) -> None:
    for role in (roles.APP, roles.ADMISSION):
        [(member,)] = admin.execute(
            "select pg_has_role(%s, %s, 'member')", (role, roles.OWNER)
        ).fetchall()
        assert member is False


def test_a_role_that_may_do_too_much_is_refused(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute("alter role infringement_app bypassrls")
        try:
            with pytest.raises(roles.UnsafeRole, match="ALTER ROLE infringement_app"):
                roles.ensure_roles(postgres.admin_url)
        finally:
            connection.execute("alter role infringement_app nobypassrls")


def test_an_outside_server_is_used_as_the_roles(
    postgres: EmbeddedPostgres, database_urls: DatabaseUrls
) -> None:
    name = roles.database_of(database_urls.app)
    settings = Settings(database_url=postgres.url_for(name, "postgres"))
    with embedded_or_external(settings) as urls, Database(urls) as database:
        with database.client("acme") as connection:
            assert connection.execute("select current_user::text").fetchone() == (roles.APP,)
        with database.admission() as connection:
            assert connection.execute("select current_user::text").fetchone() == (roles.ADMISSION,)
    with psycopg.connect(urls.owner) as connection:
        assert connection.execute("select current_user::text").fetchone() == (roles.OWNER,)
    assert roles.database_of(urls.dagster) == roles.DAGSTER_DATABASE


def test_urls_that_are_given_win_over_derived_ones() -> None:
    given = {"app_url": "postgresql://a/x", "admission_url": "postgresql://b/x"}
    urls = roles.external_urls("postgresql://admin@h/x", **given, dagster_url="postgresql://c/d")
    assert (urls.app, urls.admission, urls.dagster) == (
        "postgresql://a/x",
        "postgresql://b/x",
        "postgresql://c/d",
    )


def test_with_role_keeps_what_the_url_says() -> None:
    url = "postgresql://u:p%40ss@h1:1,h2:2/shop?sslmode=require&options=-c%20jit%3Doff"
    parsed = psycopg.conninfo.conninfo_to_dict(roles.with_role(url, roles.APP))
    assert parsed == {
        **psycopg.conninfo.conninfo_to_dict(url),
        "options": "-c jit=off -crole=infringement_app",
    }
