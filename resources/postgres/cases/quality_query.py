"""How good the flagging of a client's cases was, by what people decided, summed up for plots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from resources.postgres.statements import fetch_all

BANDS = 10
WEEKS = 12


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Decided cases of about the same probability; band 1 starts at 0, band 10 ends at 1."""

    band: int
    mean_probability: float
    infringing: int
    not_infringing: int


@dataclass(frozen=True, slots=True)
class DecisionWeek:
    """Decisions of one week (UTC); `week` is its Monday."""

    week: date
    infringing: int
    not_infringing: int
    unsure: int


def score_bands(c: Connection, client_id: str) -> list[ScoreBand]:
    """The bands with decided cases, in rising order; unsure ones are not decided."""
    return fetch_all(
        c,
        ScoreBand,
        """
        SELECT least(width_bucket(probability, 0, 1, %(bands)s), %(bands)s) AS band,
            avg(probability) AS mean_probability,
            count(*) FILTER (WHERE decision = 'infringing') AS infringing,
            count(*) FILTER (WHERE decision = 'not_infringing') AS not_infringing
        FROM cases
        WHERE client_id = %(client_id)s AND state = 'decided'
            AND decision IN ('infringing', 'not_infringing') AND decided_by_rule IS NULL
        GROUP BY 1 ORDER BY 1
        """,
        client_id=client_id,
        bands=BANDS,
    )


def decisions_by_week(c: Connection, client_id: str) -> list[DecisionWeek]:
    """The last twelve weeks, this one last, those without decisions too."""
    return fetch_all(
        c,
        DecisionWeek,
        """
        WITH weeks AS (
            SELECT date_trunc('week', now() AT TIME ZONE 'UTC') - n * interval '1 week' AS week
            FROM generate_series(0, %(weeks)s - 1) AS n
        )
        SELECT week::date AS week,
            count(*) FILTER (WHERE decision = 'infringing') AS infringing,
            count(*) FILTER (WHERE decision = 'not_infringing') AS not_infringing,
            count(*) FILTER (WHERE decision = 'unsure') AS unsure
        FROM weeks LEFT JOIN decisions ON client_id = %(client_id)s
            AND NOT starts_with(decided_by, 'rule:')
            AND decided_at >= week AT TIME ZONE 'UTC'
            AND decided_at < (week + interval '1 week') AT TIME ZONE 'UTC'
        GROUP BY week ORDER BY week
        """,
        client_id=client_id,
        weeks=WEEKS,
    )
