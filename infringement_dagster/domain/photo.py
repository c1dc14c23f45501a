"""A photo of a listing or reference: its hashes, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ReferenceKind = Literal["photo", "logo"]
View = Literal["raw", "trimmed", "mirrored", "trimmed_mirrored"]

FetchFailure = Literal[
    "bad_url",
    "forbidden_address",
    "not_found",
    "refused",
    "server_error",
    "timed_out",
    "unreachable",
    "too_many_redirects",
    "too_large",
    "encoded",
    "empty",
]
HashingFailure = Literal["not_an_image", "truncated", "unsupported", "too_large", "blank"]
DecoderFailure = Literal["timed_out", "crashed"]
Unasked = Literal["bytes_spent"]  # a scan reads no more than its config allows
MissReason: TypeAlias = FetchFailure | HashingFailure | DecoderFailure | Unasked


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """One hash of one view of one photo; `hash_hex` is big-endian, row by row."""

    algorithm: str
    algorithm_version: int
    view: View
    hash_hex: str


@dataclass(frozen=True, slots=True)
class HashedPhoto:
    """A photo that could be read, with the hashes of every registered algorithm and view.

    PDQ is absent where its quality is too low to tell two photos apart (a white door on white).
    """

    width_px: int
    height_px: int
    media_type: str  # "image/jpeg", ...
    hashes: tuple[PerceptualHash, ...]


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo whose bytes and hashes are kept."""

    sha256: str
    hashed: HashedPhoto


@dataclass(frozen=True, slots=True)
class MissedPhoto:
    """Why a photo could not be fetched, decoded or hashed; `detail` is for people."""

    reason: MissReason
    detail: str | None = None  # rows of Postgres keep the reason alone

    @property
    def outcome(self) -> Literal["skipped", "failed"]:
        """How the photo counts: a blank one was read well, and one beyond the bytes not asked for.

        Asking again would help neither.
        """
        return "skipped" if self.reason in {"blank", "bytes_spent"} else "failed"


PhotoOutcome: TypeAlias = KeptPhoto | MissedPhoto


@dataclass(frozen=True, slots=True)
class ListingPhoto:
    """The outcome of one photo of one listing; position 0 is the main photo."""

    listing_id: str
    position: int
    url: str
    photo: PhotoOutcome
