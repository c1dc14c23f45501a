"""The German catalogue against a fresh extraction of all words that pages show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.pages.languages.catalogues import LANGUAGES, catalogue_path, translations_of
from api.pages.languages.extraction import bring_up_to_date, messages, written

OTHERS = [language for language in LANGUAGES if language != "en"]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\}")
_TAG = re.compile(r"<[^>]+>")


def catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as source:
        return read_po(source, locale=language)


def both(language: str) -> Iterator[tuple[str, str]]:
    """Each form of each message with its translation; German has English's two forms."""
    for message in catalogue(language):
        if message.id:
            sources = (message.id,) if isinstance(message.id, str) else message.id
            said = (message.string,) if isinstance(message.string, str) else message.string or ()
            yield from zip(sources, said, strict=True)


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_has_the_words_of_the_sources_and_no_others(language: str) -> None:
    there = {message.id for message in catalogue(language)}
    asked = {message.id for message in messages()}
    assert (asked - there, there - asked) == (set(), set()), "run `make messages`, then translate"
    assert catalogue_path(language).read_bytes() == written(bring_up_to_date(language))


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated(language: str) -> None:
    assert [source for source, said in both(language) if not said.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_and_markup_agree(language: str) -> None:
    odd = [
        (source, said)
        for source, said in both(language)
        if Counter(_PLACEHOLDER.findall(source)) != Counter(_PLACEHOLDER.findall(said))
        or Counter(_TAG.findall(source)) != Counter(_TAG.findall(said))
    ]
    assert odd == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_ends_an_attribute_of_a_page(language: str) -> None:
    outside = [(source, _TAG.sub("", said)) for source, said in both(language)]
    assert [(source, said) for source, said in outside if '"' in said or "<" in said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_stays_a_sentence(language: str) -> None:
    ends = [(source, said) for source, said in both(language) if len(source) > 40]
    odd = [(source, said) for source, said in ends if source.endswith(".") != said.endswith(".")]
    assert odd == []


def test_the_number_decides_the_form() -> None:
    german = translations_of("de")
    told = [german.ngettext("%(cases)s case", "%(cases)s cases", n) for n in (0, 1, 2)]
    assert told == ["%(cases)s Fälle", "%(cases)s Fall", "%(cases)s Fälle"]


def test_what_has_no_translation_stays_english() -> None:
    assert translations_of("de").gettext("Never said before.") == "Never said before."
