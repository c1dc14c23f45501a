"""The one way in which a person makes a case of a listing that its score does not flag.

Evidence is frozen first, as it is of every case, of the scan that saw the listing last.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.domain.case import CaseFlag, FlaggedCase
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import CaseFlaggedByHand, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.flagging.freeze_evidence import Capture
from infringement_dagster.flagging.freeze_kept import freeze_kept
from infringement_dagster.flagging.keep_evidence import keep_evidence
from infringement_dagster.flagging.seal_chain import seal_chain
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_store, chain_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events
from resources.postgres.listings import listing_store, score_store
from resources.postgres.listings.records import ListingRow
from resources.postgres.listings.score_store import NewestScore


class NotScored(PermanentError):
    """No score of the listing is kept, so nothing could be said of why it is a case."""

    problem = ProblemKind(
        409, "not-scored", "The listing has no score", "Wait for its scan to end, or scan again."
    )


@dataclass(frozen=True, slots=True)
class HandFlagging:
    """Makes cases of a client's listings in the name of a person."""

    database: Database
    objects: ObjectStore
    client_id: str
    by: Doer

    def flag(self, provider: Provider, listing_id: str) -> FlaggedCase:
        """The listing's case, with frozen evidence, an event and an audit entry where it is new.

        A listing that has a case keeps it as it is. Raises UnknownListing, NotScored and NotKept.
        """
        with self.database.client(self.client_id) as c:
            known = case_store.case_of_listing(c, self.client_id, provider, listing_id)
            if known is not None:
                return FlaggedCase(known, listing_id, created=False)
            listing, scored = self._scored(c, provider, listing_id)
        capture = freeze_kept(self.database, self.objects, self.client_id, listing, scored)
        with self.database.client(self.client_id) as c:
            case = self._open(c, listing, scored, capture)
        seal_chain(self.database, self.objects, self.client_id)
        return case

    def _scored(
        self, c: Connection, provider: Provider, listing_id: str
    ) -> tuple[ListingRow, NewestScore]:
        listing = listing_store.get_listing(c, self.client_id, provider, listing_id)
        scored = score_store.newest_score(c, self.client_id, provider, listing_id)
        if scored is None:
            raise NotScored(
                f"client {self.client_id}: listing {listing_id} of {provider} has no score of "
                f"scan {listing.last_scan_id}, which saw it"
            )
        return listing, scored

    def _open(
        self, c: Connection, listing: ListingRow, scored: NewestScore, capture: Capture
    ) -> FlaggedCase:
        client_id, score = self.client_id, scored.score
        end = chain_store.lock_chain(c, client_id)
        flag = CaseFlag(listing.listing_id, score.probability, score.violation_type)
        case = case_store.flag_by_hand(
            c,
            client_id,
            scored.scan_id,
            listing.provider,
            scored.config_version,
            flag,
            self.by.principal,
        )
        if not case.created:
            return case
        keep_evidence(c, client_id, listing.last_scan_id, end, {case.case_id: capture})
        record(
            c,
            client_id,
            self.by,
            "case.flagged_by_hand",
            str(case.case_id),
            provider=listing.provider,
            listing_id=listing.listing_id,
        )
        happened = CaseFlaggedByHand(
            case.case_id,
            listing.provider,
            listing.listing_id,
            score.probability,
            score.violation_type,
        )
        append_events(c, client_id, [new_event(happened)])
        return case
