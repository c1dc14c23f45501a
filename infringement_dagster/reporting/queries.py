"""The SQL of a report, in DuckDB's words, over the views of `snapshots.client_views`.

`SETUP` makes four tables in memory once: 2 million listings take 150 MB there, and each query
after it some milliseconds instead of reading 200 files again. Times are UTC; `$week` is a Monday.
"""

from __future__ import annotations

from typing import Final

SETUP: Final = (
    # `until` is the moment up to which a week is told: its end, or that of the report.
    """
    CREATE TABLE weeks AS
    SELECT CAST(w AS DATE) AS week, least(w + INTERVAL 7 DAY, CAST($as_of AS TIMESTAMP)) AS until
    FROM generate_series(CAST($first_week AS TIMESTAMP), CAST($week AS TIMESTAMP),
        INTERVAL 7 DAY) AS s(w)
    """,
    # One row for each listing and week in which some scan saw it.
    """
    CREATE TABLE seen AS
    SELECT CAST(date_trunc('week', scanned_at) AS DATE) AS week, provider, listing_id,
        max(review_count) AS reviews
    FROM listings GROUP BY ALL
    """,
    # A decision holds from its moment until the next one on the same case.
    """
    CREATE TABLE verdicts AS
    SELECT case_id, provider, listing_id, seller, decisions.decision, decided_at AS from_at,
        coalesce(lead(decided_at) OVER of_case, 'infinity') AS until_at,
        min(decided_at) FILTER (decisions.decision = 'infringing') OVER of_case_whole AS found_at,
        last_value(decisions.decision) OVER of_case_whole AS last_decision
    FROM decisions JOIN cases USING (case_id)
    WINDOW of_case AS (PARTITION BY case_id ORDER BY decision_no),
        of_case_whole AS (PARTITION BY case_id ORDER BY decision_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    """,
    # When each case was first found infringing, where it still is.
    """
    CREATE TABLE infringements AS
    SELECT DISTINCT case_id, provider, listing_id, seller, found_at
    FROM verdicts WHERE last_decision = 'infringing'
    """,
)

# By week and marketplace, and by week alone (provider NULL).
SEEN: Final = """
    SELECT week, seen.provider, count(*) AS listings, count(reviews) AS with_reviews,
        coalesce(sum(reviews), 0) AS reviews, count(v.case_id) AS infringing,
        coalesce(sum(reviews) FILTER (v.case_id IS NOT NULL), 0) AS infringing_reviews
    FROM seen JOIN weeks USING (week) LEFT JOIN verdicts AS v
        ON v.provider = seen.provider AND v.listing_id = seen.listing_id
            AND v.decision = 'infringing' AND v.from_at < until AND v.until_at >= until
    GROUP BY GROUPING SETS ((week, seen.provider), (week))
"""

SUSPECTED: Final = """
    SELECT count(*) FROM seen JOIN cases USING (provider, listing_id)
    WHERE week = $week AND state <> 'dropped' AND sampled_chance IS NULL
        AND NOT coalesce(is_by_hand, false)
        AND coalesce(decision, 'unsure') = 'unsure'
"""

FOUND: Final = """
    SELECT CAST(date_trunc('week', found_at) AS DATE) AS week, provider, count(*)
    FROM infringements WHERE found_at >= $first_week
    GROUP BY GROUPING SETS ((1, 2), (1))
"""

# A case counts once a week, however often its listing went and came.
PRESENCES: Final = """
    SELECT presence, CAST(date_trunc('week', noticed_at) AS DATE) AS week, v.provider,
        count(DISTINCT p.case_id)
    FROM presences AS p JOIN verdicts AS v ON v.case_id = p.case_id
        AND v.decision = 'infringing' AND v.from_at <= noticed_at AND v.until_at > noticed_at
    WHERE noticed_at >= $first_week
    GROUP BY GROUPING SETS ((presence, 2, v.provider), (presence, 2))
"""

REPEAT_SELLERS: Final = """
    SELECT count(*) FILTER (EXISTS (
            SELECT 1 FROM infringements AS earlier
            WHERE earlier.provider = i.provider AND earlier.seller = i.seller
                AND earlier.found_at < i.found_at)) AS repeated,
        count(*) AS known
    FROM infringements AS i WHERE found_at >= $week AND seller IS NOT NULL
"""

# How long each infringing listing stood after its notice was sent, or without a notice after it
# was found; what still stands was watched until the report's moment.
WAITS: Final = """
    WITH sent AS (
        SELECT notice_id, case_id, channel, min(changed_at) FILTER (state = 'sent') AS sent_at,
            arg_max(state, change_no) AS last_state
        FROM notices JOIN notice_changes USING (notice_id) GROUP BY ALL HAVING sent_at IS NOT NULL
    ), starts AS (
        SELECT case_id, channel, sent_at AS start_at, last_state FROM sent
        UNION ALL
        SELECT case_id, 'no_notice', found_at, NULL FROM infringements
        WHERE case_id NOT IN (SELECT case_id FROM sent)
    )
    SELECT channel, last_state, min(noticed_at) IS NOT NULL AS removed,
        epoch(coalesce(min(noticed_at), CAST($as_of AS TIMESTAMP)) - start_at) / 86400 AS days
    FROM starts LEFT JOIN presences AS p
        ON p.case_id = starts.case_id AND presence = 'gone' AND noticed_at >= start_at
    WHERE start_at >= $first_week
    GROUP BY starts.case_id, channel, start_at, last_state
    ORDER BY ALL
"""

# The share of the floor that each listing of the week asks, from the newest score of each.
PRICES: Final = """
    WITH newest AS (
        SELECT provider, listing_id, arg_max(signals, scanned_at) AS signals
        FROM week_scores GROUP BY ALL
    ), compared AS (
        SELECT provider, listing_id, TRY_CAST(list_filter(
            json_extract(signals, '$[*]'), lambda s: s->>'$.basis.kind' = 'price_compared'
                AND s->>'$.basis.against' = 'floor')[1]->>'$.basis.share' AS DOUBLE) AS share
        FROM newest WHERE contains(signals, 'price_compared')
    )
    SELECT coalesce(nullif(decision, 'unsure'), 'undecided') AS verdict, median(share),
        count(*) FILTER (share < 1), count(*)
    FROM compared LEFT JOIN cases USING (provider, listing_id)
    WHERE share IS NOT NULL GROUP BY 1
"""

CREDITS: Final = """
    SELECT CAST(date_trunc('week', day) AS DATE) AS week, provider, sum(credits)
    FROM credits WHERE day >= $first_week
    GROUP BY GROUPING SETS ((1, 2), (1))
"""

# Band 9 is from 90% to 100%.
DECIDED: Final = """
    SELECT sampled_chance IS NOT NULL AS sampled, least(CAST(floor(probability * 10) AS INT), 9),
        count(*) FILTER (decision = 'infringing'), count(*)
    FROM cases JOIN (
        SELECT case_id, max(decided_at) AS decided_at FROM decisions GROUP BY case_id
    ) AS last USING (case_id)
    WHERE decision IN ('infringing', 'not_infringing') AND decided_at >= $first_week
        AND NOT coalesce(is_by_hand, false)
    GROUP BY ALL ORDER BY ALL
"""
