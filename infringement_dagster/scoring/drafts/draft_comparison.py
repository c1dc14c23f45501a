"""A client's draft beside its saved config: how far it reaches, and what scores by each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.elsewhere import Elsewhere
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import KeptFeatures
from infringement_dagster.scoring.drafts.touched import Reach, reach_of
from infringement_dagster.scoring.run_context import decided_elsewhere
from infringement_dagster.snapshots.verdicts import VerdictLookup, verdicts_of_history
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.clients import config_store
from resources.postgres.database import Database


@dataclass(frozen=True)
class DraftComparison:
    """Compares a client's draft with its saved config on listings that are stored."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    saved: ClientConfig | None
    draft: ClientConfig
    descriptor: OnnxDescriptor | None

    @cached_property
    def reach(self) -> Reach:
        """The most that the draft can touch."""
        return "all" if self.saved is None else reach_of(self.saved, self.draft)

    @cached_property
    def weighs_alike(self) -> bool:
        """Whether both weigh the same findings in the same way."""
        saved, draft = self.saved, self.draft
        return saved is not None and (saved.weights, saved.calibration, saved.further_hashes) == (
            draft.weights,
            draft.calibration,
            draft.further_hashes,
        )

    @cached_property
    def before(self) -> Scorer | None:
        """Scores as the saved config does; None where nothing was ever saved."""
        return None if self.saved is None else Scorer(self.saved, self._references)

    @cached_property
    def after(self) -> Scorer:
        """Scores as the draft does."""
        return Scorer(self.draft, self._references)

    @cached_property
    def features(self) -> KeptFeatures:
        """With the further hashes that either config names."""
        named = self.draft.further_hashes + (self.saved.further_hashes if self.saved else ())
        return KeptFeatures(
            self.database,
            self.objects,
            self.decoder,
            self.client_id,
            tuple(dict.fromkeys(named)),
            self.descriptor,
        )

    def verdicts_of_history(self, provider: Provider) -> VerdictLookup:
        """All that is kept on photos against the references, which both configs share."""
        digest = self.after.references_digest
        tools = (self.database, self.objects, self.client_id, provider)
        return verdicts_of_history(*tools, digest)

    @cached_property
    def decided(self) -> Elsewhere:
        """The listings that people decided about."""
        return decided_elsewhere(self.database, self.client_id)

    @cached_property
    def _references(self) -> Sequence[Reference]:
        return self.features.references()


def compared_with_saved(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    draft: ClientConfig,
    descriptor: OnnxDescriptor | None,
) -> DraftComparison:
    """The draft beside the client's newest config."""
    with database.client(client_id) as c:
        version = config_store.newest_version(c, client_id)
        saved = load_client_config(c, client_id, version) if version else None
    return DraftComparison(database, objects, decoder, client_id, saved, draft, descriptor)
