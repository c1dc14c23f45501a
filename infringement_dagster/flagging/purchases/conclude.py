"""Says what came of a test purchase, and freezes it with its photos as a link of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.happenings import PurchaseConcluded
from infringement_dagster.domain.acting.purchases import (
    Concluded,
    Purchase,
    PurchaseOutcome,
    check_may_conclude,
)
from infringement_dagster.domain.event import new_event
from infringement_dagster.evidence.manifest import CaseListing
from infringement_dagster.flagging.freeze_evidence import SOFTWARE
from infringement_dagster.flagging.keep_evidence import keep_evidence
from infringement_dagster.flagging.purchases.freeze import frozen_purchase
from infringement_dagster.flagging.purchases.record import (
    found_case,
    found_purchase,
    locked_purchase,
)
from infringement_dagster.flagging.seal_chain import seal_chain
from resources.objects.store import ObjectStore
from resources.postgres.cases import chain_store
from resources.postgres.cases.acting import purchase_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.clients.principals import principal_names
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events


@dataclass(frozen=True, slots=True)
class PurchaseConclusion:
    """Concludes test purchases of a client in the name of a person."""

    database: Database
    objects: ObjectStore
    client_id: str
    by: Doer

    def conclude(
        self,
        case_id: UUID,
        purchase_id: UUID,
        outcome: PurchaseOutcome,
        finding: str,
        expected_version: int,
    ) -> Purchase:
        """The purchase with its outcome, frozen, linked and sealed.

        Raises UnknownCase, UnknownPurchase, PurchaseClosed, StalePurchase, NothingToShow.
        """
        concluded = Concluded(outcome, finding.strip(), self.by.principal, datetime.now(UTC))
        with self.database.client(self.client_id) as c:
            listing = self._listing(c, case_id)
            purchase = found_purchase(c, self.client_id, case_id, purchase_id)
            check_may_conclude(purchase, outcome, expected_version)
            signed = [*purchase.signed_by, concluded.concluded_by]
            names = principal_names(c, self.client_id, signed)
        capture = frozen_purchase(self.objects, listing, purchase, concluded, names)
        with self.database.client(self.client_id) as c:
            end = chain_store.lock_chain(c, self.client_id)
            # A version says all that was frozen above.
            locked = locked_purchase(c, self.client_id, case_id, purchase_id)
            check_may_conclude(locked, outcome, expected_version)
            keep_evidence(c, self.client_id, listing.scan_id, end, {case_id: capture})
            kept = self._keep(c, locked, concluded)
        seal_chain(self.database, self.objects, self.client_id)
        return kept

    def _listing(self, c: Connection, case_id: UUID) -> CaseListing:
        case = found_case(c, self.client_id, case_id)
        return CaseListing(
            self.client_id,
            case.provider,
            case.listing_id,
            case.url,
            case.scan_id,
            case.config_version,
            SOFTWARE,
        )

    def _keep(self, c: Connection, purchase: Purchase, concluded: Concluded) -> Purchase:
        client_id, case_id, purchase_id = self.client_id, purchase.case_id, purchase.purchase_id
        purchase_store.conclude_purchase(c, client_id, purchase_id, concluded)
        happened = PurchaseConcluded(case_id, purchase_id, concluded.outcome, purchase.version + 1)
        append_events(c, client_id, [new_event(happened)])
        said = {"outcome": concluded.outcome, "case_id": str(case_id)}
        record(c, client_id, self.by, "purchase.concluded", str(purchase_id), **said)
        return found_purchase(c, client_id, case_id, purchase_id)
