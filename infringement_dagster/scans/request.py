"""The one way in which a scan is asked for: by route, page, command line or schedule."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import Over, Trigger
from resources.postgres.clients import client_store
from resources.postgres.scans import rescore_store, scan_store
from resources.postgres.scans.records import ScanRow
from resources.providers.registry import installed


class NoSuchSearch(PermanentError):
    """The client's config has no search at a provider that was asked for."""

    problem = ProblemKind(
        422, "no-such-search", "No search there", "Name a provider that the config searches."
    )


class ReusedIdempotencyKey(PermanentError):
    """The key has made another scan than the one asked for now."""

    problem = ProblemKind(
        409, "idempotency-key-reused", "The key named another request", "Make a new key."
    )


def searched_providers(config: ClientConfig) -> list[Provider]:
    """The installed providers that the config has searches for, in the order of all of them."""
    return [provider for provider in installed().names if provider in config.searches]


def request_scan(
    c: Connection,
    client_id: str,
    names: Collection[str] = (),
    *,
    trigger: Trigger = "request",
    requested_by: str,
    config_version: int | None = None,
    idempotency_key: str | None = None,
) -> ScanRow:
    """A queued scan of the providers named, of all that the config searches where none is.

    The same idempotency key gives the same scan again. Raises `UnknownClient`, `NoConfig`,
    `NoSuchSearch`, `NothingToScan` and `ReusedIdempotencyKey`; nothing is queued then.
    """
    client_store.get_client(c, client_id)
    config = load_client_config(c, client_id, config_version)
    providers = _chosen(client_id, config, names)
    scan = scan_store.queue_scan(
        c,
        client_id,
        providers,
        trigger=trigger,
        requested_by=requested_by,
        config_version=config.version,
        idempotency_key=idempotency_key,
    )
    _check_same(scan, trigger, set(providers))
    return scan


def request_rescore(
    c: Connection,
    client_id: str,
    requested_by: str,
    idempotency_key: str | None = None,
    over: Over = "last_scans",
) -> ScanRow:
    """A queued scan that scores what is stored again under the newest config.

    What the last scans saw or, over all history, all that kept snapshots show. Raises
    `NothingStored` and `ReusedIdempotencyKey`.
    """
    version = load_client_config(c, client_id).version
    names, over_history = installed().names, over == "all_history"
    scan = rescore_store.queue_rescore(
        c, client_id, version, requested_by, names, idempotency_key, over_history=over_history
    )
    _check_same(scan, "rescore", {run.provider for run in scan.runs}, over_history=over_history)
    return scan


def rescored_where_stored(
    c: Connection, client_id: str, requested_by: str, over: Over = "last_scans"
) -> UUID | None:
    """The scan that applies the newest config to what is stored; None where nothing is."""
    try:
        return request_rescore(c, client_id, requested_by, over=over).scan_id
    except rescore_store.NothingStored:
        return None


def _chosen(client_id: str, config: ClientConfig, names: Collection[str]) -> list[Provider]:
    searched = searched_providers(config)
    missing = sorted(set(names) - set(searched))
    if missing:
        raise NoSuchSearch(
            f"the config of client {client_id!r} has no search at {', '.join(missing)}; it "
            f"searches {', '.join(searched) or 'nothing'}: add the search or name another provider"
        )
    return [provider for provider in searched if not names or provider in names]


def _check_same(
    scan: ScanRow, trigger: Trigger, providers: set[Provider], *, over_history: bool = False
) -> None:
    asked = {run.provider for run in scan.runs}
    if (scan.trigger, asked, scan.over_history) != (trigger, providers, over_history):
        raise ReusedIdempotencyKey(
            f"the Idempotency-Key of client {scan.client_id!r} made scan {scan.scan_id} "
            f"({scan.trigger}) of {', '.join(sorted(asked))}, this request ({trigger}) names "
            f"{', '.join(sorted(providers))}: make a new key"
        )
