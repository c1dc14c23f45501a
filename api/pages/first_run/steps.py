"""Which first steps a client has done, from what is stored of it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from api.pages.clients.config_values import brand_names, items_of, names_of, value_at
from api.pages.languages.figures import count
from api.pages.languages.words import gettext, ngettext
from resources.postgres.cases.work_query import Beginnings
from resources.providers.registry import installed

StepName = Literal["brand", "photos", "search", "scan", "decision"]
StepState = Literal["done", "now", "later"]
_TITLES: Final[Mapping[StepName, str]] = {
    "brand": "Name your brand",
    "photos": "Add photos of your products",
    "search": "Look over the searches",
    "scan": "Run the first scan",
    "decision": "Decide the first case",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where the client stands with it, and what is there already, in words."""

    name: StepName
    state: StepState
    said: str

    @property
    def title(self) -> str:
        """The step as something to do."""
        return _TITLES[self.name]


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps in their order; only one of them is what to do now."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.state == "done" for step in self.steps)

    @property
    def now(self) -> Step | None:
        """The step to do next; None where all is done."""
        return next((step for step in self.steps if step.state == "now"), None)


def checklist(config: Mapping[str, object], begun: Beginnings) -> Checklist:
    """The steps of a client with this config, which is empty before the first was saved.

    A step counts as done by what is there, in whatever order it came.
    """
    brands = brand_names(config)
    searches = _searches(config)
    done: dict[StepName, tuple[bool, str]] = {
        "brand": (bool(brands), ", ".join(brands)),
        "photos": (begun.photos > 0, _photos(begun.photos)),
        "search": (bool(searches), "; ".join(searches)),
        "scan": (begun.has_scanned, gettext("A marketplace has been read.")),
        "decision": (begun.has_decided, gettext("The first decision is made.")),
    }
    first = next((name for name, (is_done, _) in done.items() if not is_done), None)
    return Checklist(
        tuple(
            Step(name, "done" if is_done else "now" if name == first else "later", said)
            for name, (is_done, said) in done.items()
        )
    )


def _searches(config: Mapping[str, object]) -> list[str]:
    """Each marketplace with what is searched for there."""
    found = []
    for name in names_of(config.get("searches")):
        queries = items_of(value_at(config, f"/searches/{name}/queries"))
        said, where = ", ".join(map(str, queries)), installed().title(name)
        found.append(gettext("%(queries)s at %(provider)s", queries=said, provider=where))
    return found


def _photos(number: int) -> str:
    return ngettext("%(photos)s photo", "%(photos)s photos", number, photos=count(number))
