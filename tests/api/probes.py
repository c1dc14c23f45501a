"""Attempts of the application's role to reach another client's rows, made from the catalogue.

A table nobody thought of is probed too, as soon as it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from psycopg import Connection, Error, IntegrityError
from psycopg.sql import SQL, Composed, Identifier, Literal

from resources.postgres.server.roles import APP

Attempt = Callable[[Connection], bool]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view with the columns that the application may touch."""

    name: str
    parent: str  # of a partition the table whose rows it holds, else the relation itself
    columns: tuple[str, ...]
    insertable: tuple[str, ...]
    updatable: tuple[str, ...]
    foreign_keys: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]  # target, own, its


@dataclass(frozen=True, slots=True)
class Probe:
    """One attempt; `leaks` says whether it reached or changed anything of `foreign`."""

    relation: str
    operation: str
    own: str
    foreign: str
    leaks: Attempt


def relations(admin: Connection, shared: set[str]) -> list[Relation]:
    """Every relation of the schema that holds rows of clients."""
    names = admin.execute(
        "SELECT relname, coalesce(inhparent::regclass::text, relname) FROM pg_class"
        " LEFT JOIN pg_inherits ON inhrelid = pg_class.oid"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        " ORDER BY relname"
    ).fetchall()
    return [_relation(admin, str(name), parent) for name, parent in names if name not in shared]


def _relation(admin: Connection, name: str, parent: str) -> Relation:
    def allowed(privilege: str) -> tuple[str, ...]:
        rows = admin.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, %s)",
            (name, APP, privilege),
        )
        return tuple(str(column) for (column,) in rows)

    keys = admin.execute(
        """
        SELECT confrelid::regclass::text,
            array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
            array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
        FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid <> 0
        """,
        (name,),
    ).fetchall()
    foreign_keys = tuple((str(t), tuple(mine), tuple(its)) for t, mine, its in keys)
    return Relation(
        name, parent, allowed("SELECT"), allowed("INSERT"), allowed("UPDATE"), foreign_keys
    )


def probes(admin: Connection, relation: Relation, own: str, foreign: str) -> Iterator[Probe]:
    """Every attempt of client `own` on rows of `foreign` in the relation."""

    def probe(operation: str, leaks: Attempt) -> Probe:
        return Probe(relation.name, operation, own, foreign, leaks)

    table = Identifier(relation.name)
    theirs = SQL("client_id = {}").format(Literal(foreign))
    for column in relation.columns:
        query = SQL("SELECT {} FROM {} WHERE {}").format(Identifier(column), table, theirs)
        yield probe("select", rows_in(query))
    yield probe("select", rows_in(SQL("SELECT 1 FROM {} WHERE {}").format(table, theirs)))
    for column in relation.updatable:
        update = SQL("UPDATE {} SET {} = {} WHERE {}").format(
            table, Identifier(column), Identifier(column), theirs
        )
        yield probe("update", changes(update))
    give = SQL("UPDATE {} SET client_id = {} WHERE client_id = {}")
    yield probe("update", changes(give.format(table, Literal(foreign), Literal(own))))
    yield probe("delete", changes(SQL("DELETE FROM {} WHERE {}").format(table, theirs)))
    copy = SQL("COPY (SELECT * FROM {} WHERE {}) TO STDOUT").format(table, theirs)
    yield probe("copy", copies_out(copy))
    insert = _insert(admin, relation, foreign)
    yield probe("insert", changes(insert))
    upsert = insert + SQL(" ON CONFLICT DO NOTHING")
    yield probe("upsert", passes(upsert))
    for target, mine, its in relation.foreign_keys:
        if len(mine) > 1:
            yield probe(
                "foreign key", changes(_reference(relation, target, mine, its, own, foreign))
            )


def _insert(admin: Connection, relation: Relation, foreign: str) -> Composed:
    """A copy of a row of the foreign client, in its name."""
    query = SQL("SELECT to_jsonb(t)::text FROM {} t WHERE client_id = %s LIMIT 1")
    row = admin.execute(query.format(Identifier(relation.parent)), (foreign,)).fetchone()
    assert row is not None, f"the scene writes nothing into {relation.name}"
    return SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns}"
        " FROM jsonb_populate_record(NULL::{table}, {row})"
    ).format(
        table=Identifier(relation.name),
        columns=SQL(", ").join(map(Identifier, relation.insertable or ("client_id",))),
        row=Literal(row[0]),
    )


def _reference(
    relation: Relation,
    target: str,
    mine: tuple[str, ...],
    its: tuple[str, ...],
    own: str,
    foreign: str,
) -> Composed:
    """Own rows made to point at a row of the foreign client, whose key is known."""
    fresh = SQL(", ").join(
        SQL("their.{}").format(Identifier(its[mine.index(column)]))
        if column in mine and column != "client_id"
        else SQL("mine.{}").format(Identifier(column))
        for column in relation.insertable
    )
    return SQL(
        "INSERT INTO {table} ({columns}) SELECT {fresh} FROM {table} mine,"
        " (SELECT * FROM {target} WHERE client_id = {foreign}) their"
        " WHERE mine.client_id = {own}"
    ).format(
        table=Identifier(relation.name),
        columns=SQL(", ").join(map(Identifier, relation.insertable)),
        fresh=fresh,
        target=Identifier(target),
        foreign=Literal(foreign),
        own=Literal(own),
    )


def rows_in(query: Composed) -> Attempt:
    return lambda c: c.execute(query).fetchone() is not None


def changes(statement: Composed) -> Attempt:
    return lambda c: c.execute(statement).rowcount > 0


def passes(statement: Composed) -> Attempt:
    """True when the statement is let through, also when it then finds nothing to do."""
    return lambda c: c.execute(statement).rowcount >= 0


def copies_out(statement: Composed) -> Attempt:
    def leaks(c: Connection) -> bool:
        with c.cursor() as cursor, cursor.copy(statement) as copy:
            return sum(1 for _ in copy) > 0

    return leaks


def leaked(c: Connection, probe: Probe) -> bool:
    """Whether the attempt reached anything; what it did is undone."""
    try:
        with c.transaction(force_rollback=True):
            c.execute(SQL("SET LOCAL app.client_id = {}").format(Literal(probe.own)))
            return probe.leaks(c)
    except IntegrityError:
        # Policies are checked first: a row that fails for its key alone was let through by them.
        return probe.operation in ("insert", "upsert")
    except Error:
        return False
