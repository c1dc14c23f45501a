from __future__ import annotations

import pytest

from api.pages.formatting import ordinal


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (3, "third"), (10, "tenth"), (11, "11th"), (22, "22nd"), (112, "112th")],
)
def test_places_in_a_row_are_said_as_people_say_them(number: int, words: str) -> None:
    assert ordinal(number) == words
