"""Who is asked about a provider in a run."""

from __future__ import annotations

from infringement_dagster.scans.lease import ScanRun
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import Account, VendorAccounts
from resources.providers.files.imported_pages import ImportsAccount
from resources.providers.files.provider import OBJECT_STORE
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.registry import installed


def searched_provider(run: ScanRun) -> ProviderPlugIn:
    """The run's provider as its config's vendor reads it.

    Raises `ProviderNotInstalled` and `VendorNotInstalled`.
    """
    search = run.config.searches.get(run.provider)
    return installed().plug_in(run.provider, search.vendor if search else None)


def account_of(
    run: ScanRun,
    provider: ProviderPlugIn,
    vendors: VendorAccounts,
    database: Database,
    objects: ObjectStore,
) -> Account:
    """The vendor's account, or the client's own files; raises `NoVendor` and `BadSetting`."""
    if provider.vendor == OBJECT_STORE:
        return ImportsAccount(database, objects, run.client_id, run.scan_id)
    return vendors.of(provider.vendor)
