"""What each scan concluded about its listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import NotRequired, TypedDict
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import (
    Region,
    Score,
    Shown,
    Signal,
    Unavailable,
    ViolationType,
)
from resources.postgres.scans.run_store import lock_run
from resources.postgres.statements import Staging, execute, fetch_all, fetch_one

_INCOMING = Staging(
    "incoming_scores",
    {
        "listing_id": "text",
        "probability": "float8",
        "calibrated": "bool",
        "model": "text",
        "violation_type": "text",
        "signals": "jsonb",
    },
)


def put_scores(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    config_version: int,
    scores: Mapping[str, Score],
) -> None:
    """Guarantees that the scan's listings (by id) have these scores.

    Raises RefusedRow and UnknownRun.
    """
    lock_run(c, client_id, scan_id, provider)
    _INCOMING.load(
        c,
        client_id,
        [_columns(listing_id, scores[listing_id]) for listing_id in sorted(scores)],
    )
    for statement in (_UPDATE_KNOWN, _INSERT_MISSING):
        execute(
            c,
            statement,
            client_id=client_id,
            scan_id=scan_id,
            provider=provider,
            config_version=config_version,
        )


# The table is cut by scored_at, so its key alone would let a second score in: the run's lock keeps
# two writers apart. A known score stays in its month.
_UPDATE_KNOWN = """
    UPDATE scores known SET
        (probability, calibrated, model, config_version, violation_type, signals)
        = (i.probability, i.calibrated, i.model, %(config_version)s, i.violation_type, i.signals)
    FROM incoming_scores i
    WHERE known.client_id = %(client_id)s AND known.scan_id = %(scan_id)s
        AND known.provider = %(provider)s AND known.listing_id = i.listing_id
"""
_INSERT_MISSING = """
    INSERT INTO scores (client_id, scan_id, provider, listing_id, probability, calibrated,
        model, config_version, violation_type, signals)
    SELECT %(client_id)s, %(scan_id)s, %(provider)s, listing_id, probability, calibrated,
        model, %(config_version)s, violation_type, signals
    FROM incoming_scores i
    WHERE NOT EXISTS (SELECT FROM scores known WHERE known.client_id = %(client_id)s
        AND known.scan_id = %(scan_id)s AND known.provider = %(provider)s
        AND known.listing_id = i.listing_id)
"""


class SignalDocument(TypedDict):
    """A signal as JSON; `unavailable` is the reason why there is no `value`."""

    name: str
    explanation: str
    contribution: float
    value: NotRequired[float]
    unavailable: NotRequired[str]
    shown: NotRequired[ShownDocument]


class ShownDocument(TypedDict):
    """Which photo shows which reference; `region` is left, top, right, bottom in shares."""

    photo_id: str
    reference_id: str
    region: list[float] | None


def signals_from(documents: Sequence[SignalDocument]) -> tuple[Signal, ...]:
    """The signals that `put_scores` has written."""
    return tuple(
        Signal(
            name=one["name"],
            value=one["value"] if "value" in one else Unavailable(one["unavailable"]),
            explanation=one["explanation"],
            contribution=one["contribution"],
            shown=_shown(one["shown"]) if "shown" in one else None,
        )
        for one in documents
    )


def _document(signal: Signal) -> SignalDocument:
    document = SignalDocument(
        name=signal.name, explanation=signal.explanation, contribution=signal.contribution
    )
    if isinstance(signal.value, Unavailable):
        document["unavailable"] = signal.value.reason
    else:
        document["value"] = signal.value
    if signal.shown is not None:
        document["shown"] = _shown_document(signal.shown)
    return document


def _shown_document(shown: Shown) -> ShownDocument:
    region = None if shown.region is None else list(astuple(shown.region))
    return ShownDocument(photo_id=shown.photo_id, reference_id=shown.reference_id, region=region)


def _shown(document: ShownDocument) -> Shown:
    region = None if document["region"] is None else Region(*document["region"])
    return Shown(document["photo_id"], document["reference_id"], region)


def _columns(listing_id: str, score: Score) -> tuple[object, ...]:
    return (
        listing_id,
        score.probability,
        score.calibrated,
        score.model,
        score.violation_type,
        Jsonb([_document(signal) for signal in score.signals]),
    )


def _score(
    *,
    listing_id: str,
    probability: float,
    calibrated: bool,
    model: str,
    violation_type: ViolationType | None,
    signals: list[SignalDocument],
) -> tuple[str, Score]:
    score = Score(probability, calibrated, model, signals_from(signals), violation_type)
    return listing_id, score


_SELECT = """
    SELECT provider, listing_id, probability, calibrated, model, violation_type, signals
    FROM scores
"""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What a scan concluded about one listing."""

    provider: Provider
    listing_id: str
    score: Score


def score_page(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    probability_min: float,
    limit: int,
    after: tuple[str, str] = ("", ""),
) -> list[ScoreRow]:
    """At most `limit` scores at or above the probability, in order of provider and listing id."""
    return fetch_all(
        c,
        _score_row,
        _SELECT
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
            AND (provider, listing_id) > (%(provider)s, %(listing_id)s)
            AND probability >= %(probability_min)s
        ORDER BY provider, listing_id LIMIT %(limit)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=after[0],
        listing_id=after[1],
        probability_min=probability_min,
        limit=limit,
    )


def score_of(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, listing_id: str
) -> Score | None:
    """What the scan concluded about the listing, or None where that is not kept."""
    row = fetch_one(
        c,
        _score_row,
        _SELECT
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND listing_id = %(listing_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        listing_id=listing_id,
    )
    return None if row is None else row.score


def _score_row(
    *,
    provider: Provider,
    listing_id: str,
    probability: float,
    calibrated: bool,
    model: str,
    violation_type: ViolationType | None,
    signals: Sequence[SignalDocument],
) -> ScoreRow:
    score = Score(probability, calibrated, model, signals_from(signals), violation_type)
    return ScoreRow(provider, listing_id, score)
