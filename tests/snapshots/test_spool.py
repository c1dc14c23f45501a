from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from infringement_dagster.domain.score import Score, Signal, Unavailable
from infringement_dagster.snapshots.rows import RowLookup
from infringement_dagster.snapshots.scores import scores_frame
from infringement_dagster.snapshots.spool import Spool


def _scores(listing_ids: list[str]) -> pl.DataFrame:
    signals = (
        Signal("stolen_photo", 0.25, 'at "distance" 4', 1.5),
        Signal("low_price", Unavailable("no_price"), "", 0.0),
    )
    scores = {
        listing_id: Score(0.5, True, "global", signals, "counterfeit_suspicion")
        for listing_id in listing_ids
    }
    return scores_frame(scores, 3)


MANY = [[f"listing-{row}" for row in range(start, start + 120)] for start in range(0, 1200, 120)]


@pytest.mark.parametrize("portions", [[], [[], ["b", "a"], ["c"]], [["a"], [], ["d", "b"]], MANY])
def test_frames_come_back_whole_in_the_order_added(portions: list[list[str]]) -> None:
    frames = Spool(_scores([]))
    for portion in portions:
        frames.add(_scores(portion))

    together = [listing_id for portion in portions for listing_id in portion]
    assert frames.height == len(together)
    assert_frame_equal(frames.unpacked().collect(), _scores(together))


def test_portions_and_stretches_are_the_rows_that_were_added() -> None:
    ids = [f"{number}" for number in range(900)]
    frames = [pl.DataFrame({"listing_id": ids[at : at + 300]}) for at in (0, 300, 600)]
    spool = Spool(frames[0].clear())
    for frame in frames:
        spool.add(frame)
    added = pl.concat(frames)
    assert pl.concat(spool.portions()).equals(added)
    rows = RowLookup(spool.unpacked())
    assert rows.height == 900
    assert pl.concat(rows.portions()).equals(added)
    assert rows.of(["899", "3", "none", "450"])["listing_id"].to_list() == ["3", "450", "899"]
    assert rows.of([]).is_empty()
