"""`infringement limits`: how much clients, providers and the installation may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.domain.listing import Provider
from resources.postgres.clients import client_store, limit_store
from resources.postgres.clients.audit import COMMAND_LINE, record, record_of_operators
from resources.postgres.database import Database
from resources.providers.registry import installed
from resources.settings import Settings

CREDITS_MAX = 1_000_000_000_000


def limits(
    client: Annotated[str | None, typer.Option(help="Set this client's limits.")] = None,
    provider: Annotated[str | None, typer.Option(help="Set this provider's limits.")] = None,
    runs: Annotated[
        int | None, typer.Option(min=0, max=10_000, help="Runs at once; 0 pauses.")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Requests a minute.")
    ] = None,
    credits_day: Annotated[
        int | None, typer.Option(min=0, max=CREDITS_MAX, help="Credits a day (UTC).")
    ] = None,
    credits_month: Annotated[
        int | None, typer.Option(min=0, max=CREDITS_MAX, help="Credits a month.")
    ] = None,
    weight: Annotated[float | None, typer.Option(min=0.01, max=100)] = None,
    as_json: AsJson = False,
) -> None:
    """Show all limits, or set those of a client, a provider or (without either) the installation.

    They take effect with the next admission or request, without a restart.
    """
    asked = _given(runs_max=runs, requests_per_minute=per_minute)
    budget = _given(weight=weight, credits_per_day=credits_day, credits_per_month=credits_month)
    with open_database(Settings()) as database:
        if client is not None:
            _set_client(database, client, asked | budget)
        elif provider is not None:
            _set_provider(database, provider, asked)
        elif runs is not None:
            with database.admission() as c:
                limit_store.set_instance_runs_max(c, runs)
            _record(database, "installation", {"runs_max": runs})
        _show_limits(database, as_json)


def _given(**options: float | None) -> dict[str, Any]:
    """The options that were given, by the names of the limits that they change."""
    return {name: value for name, value in options.items() if value is not None}


def _set_client(database: Database, client_id: str, asked: Mapping[str, Any]) -> None:
    with database.client(client_id) as c:
        client_store.get_client(c, client_id)
    with database.admission() as c:
        known = limit_store.client_limits(c, client_id)
        changed = replace(known, **asked)
        limit_store.set_client_limits(c, client_id, changed)
        record(c, client_id, COMMAND_LINE, "limits.changed", **asked)


def _set_provider(database: Database, provider: Provider, asked: Mapping[str, Any]) -> None:
    installed().plug_in(provider)
    with database.admission() as c:
        known = limit_store.limits_of_providers(c, [provider])[provider]
        limit_store.set_provider_limits(c, provider, replace(known, **asked))
    _record(database, provider, asked)


def _record(database: Database, subject: str, asked: Mapping[str, Any]) -> None:
    with database.identity() as c:
        record_of_operators(c, COMMAND_LINE, "limits.changed", subject, **asked)


def _show_limits(database: Database, as_json: bool) -> None:
    with database.admission() as c:
        runs_max = limit_store.instance_runs_max(c)
        providers = limit_store.limits_of_providers(c, installed().names)
        clients = limit_store.limits_of_clients(c)
    if as_json:
        print_json(
            {
                "runs_max": runs_max,
                "providers": {name: asdict(provider) for name, provider in providers.items()},
                "clients": {name: asdict(client) for name, client in clients.items()},
            }
        )
        return
    table = Table("limit of", "runs", "a minute", "credits a day", "credits a month", "weight")
    table.add_row("installation", str(runs_max))
    for name, of_provider in providers.items():
        table.add_row(name, str(of_provider.runs_max), _text(of_provider.requests_per_minute))
    for client_id, own in clients.items():
        table.add_row(
            f"client {client_id}",
            str(own.runs_max),
            _text(own.requests_per_minute),
            _text(own.credits_per_day),
            _text(own.credits_per_month),
            f"{own.weight:g}",
        )
    out.print(table)


def _text(limit: int | None) -> str:
    return "-" if limit is None else str(limit)
