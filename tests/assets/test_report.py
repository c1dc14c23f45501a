from infringement_dagster.assets.report import step_line
from infringement_dagster.domain.counts import ItemCounts


def test_a_step_is_one_line_for_people() -> None:
    counts = ItemCounts(found=1199, stored=1091, skipped=108, failed=0)
    assert step_line("raw_listings", counts, credits=125) == (
        "1,091 listings, 108 skipped, 125 credits"
    )
    assert step_line("flagged_cases", ItemCounts(12, 12, 0, 0), new=0) == "12 cases, 0 new"
