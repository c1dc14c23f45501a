"""Operators add, shut out and let in one another; nobody themselves, and never the last."""

from __future__ import annotations

from uuid import uuid4

import pytest

from infringement_dagster.accounts.operators import (
    OperatorStays,
    UnknownOperator,
    add_operator,
    let_in,
    shut_out,
)
from resources.postgres.clients.audit import COMMAND_LINE, Doer, operator_entries
from resources.postgres.clients.operator_store import list_operators, operator_accounts
from resources.postgres.database import Database


def test_an_operator_is_shut_out_and_let_in_by_another_and_both_are_on_the_trail(
    database: Database,
) -> None:
    with database.identity() as c:
        olga = add_operator(c, COMMAND_LINE, "Olga@operators.example", None)
        omar = add_operator(c, COMMAND_LINE, "omar@operators.example", None)
        by_olga = Doer(f"operator:{olga.user_id}", "192.0.2.1")
        shut_out(c, by_olga, omar.user_id)
        assert [row.disabled_at is not None for row in list_operators(c)] == [False, True]
        let_in(c, by_olga, omar.user_id)
        assert [row.disabled_at for row in list_operators(c)] == [None, None]
    with database.identity() as c:
        told = [(row.action, row.principal_name) for row in operator_entries(c, 9)]
    assert told == [
        ("operator.enabled", "olga@operators.example"),
        ("operator.disabled", "olga@operators.example"),
        ("operator.created", "command line"),
        ("operator.created", "command line"),
    ]


def test_nobody_shuts_out_themselves_the_last_or_a_stranger(database: Database) -> None:
    with database.identity() as c:
        olga = add_operator(c, COMMAND_LINE, "olga@operators.example", None)
        with pytest.raises(OperatorStays, match="would be none"):
            shut_out(c, COMMAND_LINE, olga.user_id)
        add_operator(c, COMMAND_LINE, "omar@operators.example", None)
        with pytest.raises(OperatorStays, match="themselves"):
            shut_out(c, Doer(f"operator:{olga.user_id}"), olga.user_id)
        with pytest.raises(UnknownOperator):
            shut_out(c, COMMAND_LINE, uuid4())
        assert [row.disabled_at for row in operator_accounts(c)] == [None, None]
