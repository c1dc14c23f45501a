from __future__ import annotations

import pytest

from infringement_dagster.domain.acting.team import (
    BadTags,
    CaseWork,
    StaleWork,
    check_version,
    tags_of,
)


def test_tags_are_kept_in_small_letters_each_once_and_in_order() -> None:
    assert tags_of(["  Urgent ", "ask  the\tseller", "urgent", ""]) == ("ask the seller", "urgent")


@pytest.mark.parametrize(
    "given", [["x" * 41], ["a,b"], [f"tag {number}" for number in range(11)], ["a\x00b"]]
)
def test_what_is_no_tag_or_one_too_many_is_refused(given: list[str]) -> None:
    with pytest.raises(BadTags):
        tags_of(given)


def test_only_the_version_that_was_read_may_be_changed() -> None:
    check_version("case 1", CaseWork(version=2), 2)
    with pytest.raises(StaleWork, match=r"case 1 is at version 2, not at 1"):
        check_version("case 1", CaseWork(version=2), 1)
