"""Sentences in the reader's language, for pages and what they are made of.

The names are those that extraction looks for. Named placeholders are filled in afterwards, so a
translation may move them; a per cent sign is written twice.
"""

from __future__ import annotations

from api.pages.languages.catalogues import translations_of
from api.pages.languages.reader import reader_language


def gettext(message: str, /, **named: object) -> str:
    """The sentence."""
    return translated(message) % named


def ngettext(single: str, many: str, number: int, /, **named: object) -> str:
    """The sentence in the form for the number, which is written where it is named."""
    return translated_for(single, many, number) % named


def pgettext(context: str, message: str, /, **named: object) -> str:
    """The sentence, where the same English means something else elsewhere."""
    return translated_within(context, message) % named


def marked(message: str) -> str:
    """The words as they are, found by extraction: what is made before its reader is known."""
    return message


def translated(message: str) -> str:
    """The words as they are, nothing filled in: for tables of words, and for templates."""
    # The catalogue's own head is kept under the empty text.
    return translations_of(reader_language()).gettext(message) if message else ""


def translated_for(single: str, many: str, number: int) -> str:
    """The form for the number, nothing filled in."""
    return translations_of(reader_language()).ngettext(single, many, number)


def translated_within(context: str, message: str) -> str:
    """The words within the context, nothing filled in."""
    return translations_of(reader_language()).pgettext(context, message)


def translated_within_for(context: str, single: str, many: str, number: int) -> str:
    """The form for the number within the context, nothing filled in."""
    return translations_of(reader_language()).npgettext(context, single, many, number)
