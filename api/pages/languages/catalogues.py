"""Catalogues of translated words, read from their sources when somebody first wants them.

A `.po` file is text and goes into the repository and the wheel as it is; nothing is compiled.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch"}  # each as its own speakers call it
FOLDER: Final = Path(__file__).parent


def catalogue_path(language: str) -> Path:
    """The file with the language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "pages.po"


@cache
def translations_of(language: str) -> NullTranslations:
    """The translations; what has none stays in English."""
    if language == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - for no reader of English
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with catalogue_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
