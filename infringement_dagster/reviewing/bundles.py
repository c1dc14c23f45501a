"""Puts one case's frozen evidence together as a bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.evidence.bundle import link_name, sums_content
from infringement_dagster.evidence.bundled import bundled, is_shown
from infringement_dagster.evidence.container import container_pieces
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.first_page import CaseFile
from infringement_dagster.evidence.manifest import EvidenceKind, FrozenFile
from infringement_dagster.evidence.signature import PUBLIC_KEY, SigningKey, signed_files
from infringement_dagster.reviewing.bundle_pages import page_files
from infringement_dagster.reviewing.bundle_stamps import Stamping
from infringement_dagster.reviewing.case_files import case_file
from resources.decoding.answers import Previewed
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_lists, chain_store, evidence_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.records import EvidenceRow


class NoManifest(PermanentError):
    """The case has no evidence in the chain yet."""

    problem = ProblemKind(
        404, "no-manifest", "No bundle yet", "Ask for a scan that finds it again."
    )


class EvidenceDamaged(PermanentError):
    """Frozen bytes in the store are not those that were frozen."""


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """Which links and copies make the bundle of a case; `links` hold also those before its own."""

    client_id: str
    case_id: UUID
    links: list[chain_store.KeptLink]
    copies: dict[str, EvidenceRow]  # by name in the bundle
    file: CaseFile


def plan_bundle(c: Connection, client_id: str, case_id: UUID) -> BundlePlan:
    """The parts of the bundle; raises UnknownCase, NoManifest."""
    case = _known_case(c, client_id, case_id)
    links = _links(c, client_id, case_id)
    rows = evidence_store.evidence_of(c, client_id, case_id)
    file = case_file(c, client_id, case_id, case.provider)
    return BundlePlan(client_id, case_id, links, {_name(row): row for row in rows}, file)


def check_has_bundle(c: Connection, client_id: str, case_id: UUID) -> None:
    """Guarantees that the case has what makes a bundle; raises UnknownCase, NoManifest."""
    _known_case(c, client_id, case_id)
    _links(c, client_id, case_id)


def _known_case(c: Connection, client_id: str, case_id: UUID) -> case_lists.CaseSummaryRow:
    case = case_lists.get_case(c, client_id, case_id)
    if case is None:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    return case


def _links(c: Connection, client_id: str, case_id: UUID) -> list[chain_store.KeptLink]:
    links = chain_store.links_of_case(c, client_id, case_id)
    if not links:
        raise NoManifest(
            f"client {client_id}: the evidence of case {case_id} is not in the chain yet; the next "
            "scan that flags its listing freezes and links it"
        )
    return links


def _name(row: EvidenceRow) -> str:
    return FrozenFile(row.kind, row.sha256, row.size_bytes, row.media_type).name


@dataclass(frozen=True, slots=True)
class BundleMaker:
    """Makes the bundles of an installation: from its store, signed with its key, and stamped."""

    objects: ObjectStore
    key: SigningKey
    decoder: BlockingDecoder
    stamping: Stamping = field(default_factory=Stamping)

    def pieces(self, plan: BundlePlan) -> Iterator[bytes]:
        """The bundle piece by piece, the same bytes each time once it is stamped.

        Raises EvidenceDamaged, TimeStampDamaged.
        """
        return container_pieces(self._files(plan))

    def _files(self, plan: BundlePlan) -> Iterator[tuple[str, bytes]]:
        sha256s: dict[str, str] = {}
        for name, content in self._summed_files(plan):
            sha256s[name] = sha256_hex(content)
            yield name, content
        sums = sums_content(sha256s)
        yield from signed_files(self.key, sums)
        yield self.stamping.file_after(self.objects, plan.client_id, sums)

    def _summed_files(self, plan: BundlePlan) -> Iterator[tuple[str, bytes]]:
        shown: dict[str, bytes] = {}
        for name, content, kind in _parts(self.objects, plan):
            if is_shown(kind):
                shown[name] = content
            yield name, content
        found = bundled(_links_of(plan), shown)

        def photo(name: str, side_px: int) -> Previewed:
            return self._photo(plan, name, side_px)

        yield from page_files(plan.file, found, photo)
        yield PUBLIC_KEY, self.key.public.pem
        yield from self.stamping.files_before()

    def _photo(self, plan: BundlePlan, name: str, side_px: int) -> Previewed:
        """The frozen photo as a JPEG made by us: the original may be anything."""
        original = _content(self.objects, plan.copies[name])
        return self.decoder.preview(original, side_px, plan.client_id)


def _parts(
    objects: ObjectStore, plan: BundlePlan
) -> Iterator[tuple[str, bytes, EvidenceKind | None]]:
    for kept in plan.links:
        yield link_name(kept.link.chain_no), kept.link.content(), None
    listed: set[str] = set()
    manifests = [name for name, row in plan.copies.items() if row.kind == "manifest"]
    for name in sorted(manifests):
        content = _content(objects, plan.copies[name])
        listed |= {file["name"] for file in json.loads(content)["files"]}
        yield name, content, "manifest"
    for name in sorted(listed):
        row = plan.copies[name]
        yield name, _content(objects, row), row.kind


def _content(objects: ObjectStore, row: EvidenceRow) -> bytes:
    content = objects.get(row.object_key)
    sha256 = sha256_hex(content)
    if sha256 != row.sha256:
        raise EvidenceDamaged(
            f"case {row.case_id}: {row.kind} {row.object_key!r} is {sha256}, but {row.sha256} was "
            "frozen; restore the object from a backup"
        )
    return content


def _links_of(plan: BundlePlan) -> Iterator[tuple[int, str, str]]:
    """The number, the SHA-256 and the manifest's name of each link of the case itself."""
    names = {row.sha256: name for name, row in plan.copies.items() if row.kind == "manifest"}
    for kept in plan.links:
        if kept.link.case_id == plan.case_id:
            yield kept.link.chain_no, kept.sha256, names[kept.link.manifest_sha256]
