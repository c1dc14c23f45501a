"""The roles of the database and the URL with which each of them connects.

No role here is a superuser or bypasses row-level security. None is given a password: on an outside
server an administrator sets one, or the product logs in as the administrator and becomes the role
with `SET ROLE` at the start of each connection.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infringement_dagster.domain.errors import PermanentError
from resources.postgres.database import DatabaseUrls

OWNER = "infringement_owner"  # owns the schema, runs migrations
APP = "infringement_app"  # the application: one client at a time
ADMISSION = "infringement_admission"  # admits queued runs of all clients
IDENTITY = "infringement_identity"  # reads credentials before the client is known
HOUSEKEEPING = "infringement_housekeeping"  # deletes, one client at a time
ROLES = (OWNER, APP, ADMISSION, IDENTITY, HOUSEKEEPING)

MAINTENANCE_DATABASE = "postgres"
APP_DATABASE = "infringement"
DAGSTER_DATABASE = "dagster"

# Advisory locks are numbers shared by everyone on a database; these are the product's own.
ROLES_LOCK = 0x1AF_0001
MIGRATION_LOCK = 0x1AF_0002


class UnsafeRole(PermanentError):
    """A role of the product may do more than the product allows it to."""


class BadDatabaseUrl(PermanentError):
    """A database URL that libpq cannot read."""


def ensure_roles(admin_url: str) -> None:
    """Guarantees that the roles exist and that the login of `admin_url` may become each.

    Safe to run from several processes at once. Raises UnsafeRole when one of them is a superuser or
    bypasses row-level security.
    """
    with psycopg.connect(with_database(admin_url, MAINTENANCE_DATABASE)) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (ROLES_LOCK,))
        for role in ROLES:
            _ensure_role(connection, role)


def ensure_database(admin_url: str, database: str) -> None:
    """Guarantees that the database exists and that the owner role may create schema in it."""
    maintenance_url = with_database(admin_url, MAINTENANCE_DATABASE)
    owner = sql.Identifier(OWNER)
    with psycopg.connect(maintenance_url, autocommit=True) as maintenance:
        maintenance.execute("select pg_advisory_lock(%s)", (ROLES_LOCK,))
        found = maintenance.execute("select 1 from pg_database where datname = %s", (database,))
        if not found.fetchone():
            maintenance.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(database), owner)
            )
        with psycopg.connect(with_database(admin_url, database)) as connection:
            connection.execute(sql.SQL("grant all on schema public to {}").format(owner))
            # A trusted extension, which the schema brings along, needs this.
            names = (sql.Identifier(database), owner)
            connection.execute(sql.SQL("grant create on database {} to {}").format(*names))


def external_urls(
    admin_url: str,
    *,
    app_url: str | None = None,
    admission_url: str | None = None,
    dagster_url: str | None = None,
    identity_url: str | None = None,
    housekeeping_url: str | None = None,
) -> DatabaseUrls:
    """The URLs on an outside server, derived from its administrator's where not given.

    A derived URL becomes its role by `options=-crole=...`, which a pooler such as PgBouncer may
    refuse: give the URLs of real logins there. Raises BadDatabaseUrl.
    """
    given = (admin_url, app_url, admission_url, dagster_url, identity_url, housekeeping_url)
    for url in filter(None, given):
        _check_readable(url)
    return DatabaseUrls(
        admin=admin_url,
        owner=with_role(admin_url, OWNER),
        app=app_url or with_role(admin_url, APP),
        admission=admission_url or with_role(admin_url, ADMISSION),
        dagster=dagster_url or with_database(with_role(admin_url, OWNER), DAGSTER_DATABASE),
        identity=identity_url or with_role(admin_url, IDENTITY),
        housekeeping=housekeeping_url or with_role(admin_url, HOUSEKEEPING),
    )


def _check_readable(url: str) -> None:
    try:
        conninfo_to_dict(url)
        urlsplit(url)
    except (psycopg.ProgrammingError, ValueError):
        raise BadDatabaseUrl(
            "DATABASE_URL, or one of the other database URLs, cannot be read: give "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters as %XX"
        ) from None  # whose words hold the password


def database_of(url: str) -> str:
    """The name of the database that the URL leads to, as libpq sees it."""
    return str(conninfo_to_dict(url).get("dbname") or conninfo_to_dict(url).get("user") or "")


def with_database(url: str, database: str) -> str:
    """The same URL with another database."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database, safe="")))


def with_role(url: str, role: str) -> str:
    """The same URL whose connections become `role` as soon as they open."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query["options"] = f"{query.get('options', '')} -crole={role}".strip()
    # quote, not quote_plus: libpq does not read "+" as a space.
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    found = connection.execute(
        "select rolsuper or rolbypassrls from pg_roles where rolname = %s", (role,)
    ).fetchone()
    if found is None:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
    elif found[0]:
        raise UnsafeRole(
            f"role {role} is a superuser or bypasses row-level security, so clients would see each "
            f"other's rows; run ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
        )
    connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))
