"""Marketplaces' lines that name a brand: "Visit the X Store", "Marke: X"."""

from __future__ import annotations

import re

from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import phrases


def _pattern(form: str) -> re.Pattern[str]:
    before, after = (r"\s*".join(map(re.escape, part.split())) for part in form.split("*"))
    gap = r"\s*"
    return re.compile(f"{before}{gap}(?P<brand>.+?){gap}{after}", re.IGNORECASE)


# The longest first: "besuche den *-store" before "besuche den * store", which leaves the hyphen.
_FORMS = tuple(
    _pattern(form)
    for form in sorted(
        (form for table in TABLES for form in phrases(table.store_lines)),
        key=lambda form: -len(form.replace(" ", "")),
    )
)


def brand_of_store_line(line: str) -> str:
    """The brand that the line names; the line itself where it has no known form."""
    stripped = line.strip()
    for form in _FORMS:
        found = form.fullmatch(stripped)
        if found is not None:
            return found["brand"]
    return stripped
