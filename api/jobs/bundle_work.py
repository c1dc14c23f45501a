"""A bundle of evidence as a worker makes it: its pictures and its PDF cost no request anything."""

from __future__ import annotations

from pathlib import Path

from api.jobs.orders import BundleOrder
from infringement_dagster.evidence.stamp_outcome import StampOutcome
from infringement_dagster.reviewing.bundle_stamps import Stamping
from infringement_dagster.reviewing.bundles import BundleMaker, plan_bundle
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import Settings
from resources.signing.installation_key import installation_key
from resources.signing.time_stamp_authority import time_stamp_authority


def write_bundle(
    path: Path,
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    order: BundleOrder,
) -> StampOutcome:
    """Guarantees a file with the case's bundle; what became of its time stamp.

    Raises UnknownCase, NoManifest, EvidenceDamaged, TimeStampDamaged and UnusableSigningKey.
    """
    settings = Settings()
    outcomes: list[StampOutcome] = []
    stamping = Stamping(time_stamp_authority(settings), outcomes.append)
    with database.client(client_id) as c:
        plan = plan_bundle(c, client_id, order.case_id)
    maker = BundleMaker(objects, installation_key(settings), decoder, stamping)
    with path.open("wb") as file:
        file.writelines(maker.pieces(plan))
    (outcome,) = outcomes
    return outcome
