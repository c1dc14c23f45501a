"""A client with people who are told of it, and what they may be told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from infringement_dagster.domain.alerts.preferences import AlertPreferences
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.permissions import PERMISSIONS_OF, ClientRole
from infringement_dagster.reporting.alerts.alert_room import AlertRoom
from infringement_dagster.reporting.alerts.choosing import choose
from infringement_dagster.reporting.alerts.downtimes import Downtimes
from resources.mail.mailer import mailer_of
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.clients import access_store
from resources.postgres.clients.audit import Doer
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.score_store import put_scores
from resources.postgres.scans import run_store
from tests.support.scene import Scene, a_listing, a_score, begin

PAGES = "https://pages.example"
ALL = AlertPreferences("daily", 8, priority_cases=True, failed_scans=True, providers_down=True)


@dataclass(frozen=True, slots=True)
class Told:
    """A person who is told, as history names them."""

    principal: str
    user_id: UUID
    address: str


def begin_client(database: Database, client_id: str) -> Scene:
    with database.client(client_id) as c:
        return begin(c, client_id)


def tell(
    database: Database,
    client_id: str,
    wanted: AlertPreferences,
    *,
    role: ClientRole = "admin",
    address: str = "ann@agency.example",
) -> Told:
    """A new person of the client who chooses this."""
    with database.client(client_id) as c:
        row = access_store.add_user(c, client_id, address, role, None)
        principal = f"user:{row.user_id}"
        choose(c, client_id, Doer(principal), PERMISSIONS_OF[role], wanted)
    return Told(principal, row.user_id, address)


def room_at(database: Database, port: int) -> AlertRoom:
    """The room over a mail server; a provider counts as down at the first look."""
    mailer = mailer_of(f"smtp://127.0.0.1:{port}?tls=none", "a@pages.example", PAGES)
    assert mailer is not None
    return AlertRoom(database, mailer, PAGES, downtimes=Downtimes(0))


def flag(database: Database, scene: Scene, **probabilities: float) -> list[UUID]:
    """The cases of new listings, one for each id, so probable."""
    with database.client(scene.client_id) as c:
        put_listings(c, scene.client_id, scene.scan_id, [a_listing(name) for name in probabilities])
        scores = {name: a_score(share) for name, share in probabilities.items()}
        put_scores(c, scene.client_id, scene.scan_id, "amazon", 1, scores)
        flags = [CaseFlag(name, share, "stolen_photo") for name, share in probabilities.items()]
        flagged = flag_cases(c, scene.client_id, scene.scan_id, "amazon", 1, flags)
    return [case.case_id for case in flagged]


def fail_run(database: Database, scene: Scene, reason: str) -> None:
    """Guarantees that the scan's part at Amazon has failed."""
    with database.client(scene.client_id) as c:
        run_store.finish_run(
            c,
            scene.client_id,
            scene.scan_id,
            "amazon",
            scene.run.epoch,
            "failed",
            counts={},
            error=reason,
        )
