"""The sections of the config page, from what a config holds and what is installed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from api.pages.clients.config_fields import (
    BRAND,
    FLAGGED,
    PHOTOS,
    RIGHTS_HOLDER,
    SCHEDULE,
    SEARCH,
    WEIGHTS,
    FieldRule,
    SectionRule,
    option_rules,
    vendor_rules,
)
from api.pages.languages.words import gettext
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import SearchOption
from resources.providers.registry import installed


def section_rules(brands: int, searched: Collection[str]) -> Iterator[SectionRule]:
    """All sections of a config with so many brands and searches at these providers."""
    for at in range(brands):
        yield SectionRule(
            f"/brands/{at}", gettext("Brand %(name)s", name=at + 1), BRAND, "brands", "/name"
        )
    yield RIGHTS_HOLDER
    known = installed()
    for name in known.names:
        title = gettext("Searches at %(provider)s", provider=known.title(name))
        yield SectionRule(f"/searches/{name}", title, _search_rules(name), "searches", "/queries")
    for name in (name for name in searched if name not in known):
        title = gettext("Searches at %(provider)s, which is not installed any more", provider=name)
        yield SectionRule(f"/searches/{name}", title, SEARCH, "searches", "/queries")
    yield SCHEDULE
    yield FLAGGED
    yield WEIGHTS
    yield from PHOTOS


def _search_rules(name: Provider) -> tuple[FieldRule, ...]:
    """The fields of a search, with the options that any vendor of the provider takes."""
    known = installed()
    read_by = {vendor: known.plug_in(name, vendor) for vendor in known.vendors(name)}
    options: dict[str, SearchOption] = {}
    for plug_in in read_by.values():
        for option, described in plug_in.description.search_options.items():
            before = options.get(option)
            options[option] = before.joined(described) if before else described
    by_photo = [vendor for vendor, plug_in in read_by.items() if plug_in.photo_search]
    return (*SEARCH, *vendor_rules(tuple(read_by), by_photo), *option_rules(options))
