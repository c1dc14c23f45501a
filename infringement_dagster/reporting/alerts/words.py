"""Facts about a client in the words of a mail; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from infringement_dagster.domain.alerts.facts import (
    AlertFacts,
    CaseFacts,
    CreditUse,
    DigestFacts,
    FailedRun,
    FailedRunFacts,
    PriorityFacts,
    ProviderFacts,
)
from infringement_dagster.domain.alerts.preferences import AlertKind
from infringement_dagster.reporting.alerts.content import Content, Line, Section, counted
from infringement_dagster.reporting.listing_words import (
    percent,
    price,
    provider_name,
    shortened,
    violation_name,
)
from resources.settings import PageLinks

_TITLE_CHARS_MAX = 90
_REASON_CHARS_MAX = 300
_CASES = "case", "cases"
KIND_NAMES: Final[dict[AlertKind, str]] = {
    "digest": "the digest",
    "priority_cases": "priority cases",
    "failed_scans": "failed scans",
    "providers_down": "marketplaces that do not answer",
}
_DECIDED: Final = {
    "infringing": "decided as infringing",
    "not_infringing": "decided as not infringing",
    "unsure": "set aside",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is for: of which client, where their pages are, and their time zone."""

    client_id: str
    client_name: str
    links: PageLinks
    zone: tzinfo


def content_of(facts: AlertFacts, reader: Reader) -> Content:
    """The mail that tells the facts; its subject says how many there are of what."""
    if isinstance(facts, DigestFacts):
        return _digest(facts, reader)
    if isinstance(facts, PriorityFacts):
        return _priority(facts, reader)
    if isinstance(facts, FailedRunFacts):
        return _failed(facts, reader)
    return _provider(facts, reader)


def reason_of(kind: AlertKind, reader: Reader) -> str:
    """Why the reader gets such mails."""
    return f"You asked to be told of {KIND_NAMES[kind]} of {reader.client_name}."


def _digest(facts: DigestFacts, reader: Reader) -> Content:
    return Content(
        subject=_digest_subject(facts, reader),
        opening=f"From {_minute(facts.since, reader)} to {_minute(facts.until, reader)}: "
        f"{_digest_numbers(facts)}.",
        sections=tuple(_digest_sections(facts, reader)),
        action=Line("Review the open cases", link=reader.links.queue(reader.client_id))
        if facts.open_cases
        else None,
    )


def _digest_subject(facts: DigestFacts, reader: Reader) -> str:
    """The number that matters most: what is new, else what failed, else what waits."""
    if facts.new_cases:
        news = counted(facts.new_cases, "new case", "new cases")
    elif facts.failed_runs:
        news = counted(facts.failed_runs, "failed scan", "failed scans")
    elif facts.open_cases:
        news = counted(facts.open_cases, "case waits", "cases wait")
    else:
        news = counted(sum(facts.decided.values()) + facts.removed, "change", "changes")
    return f"{news}: {reader.client_name}"


def _digest_numbers(facts: DigestFacts) -> str:
    numbers = [
        counted(facts.new_cases, "new case", "new cases"),
        *(f"{number:,} {_DECIDED[decision]}" for decision, number in facts.decided.items()),
        counted(facts.removed, "infringing listing removed", "infringing listings removed")
        if facts.removed
        else "",
        counted(facts.open_cases, "case is open", "cases are open"),
    ]
    return ", ".join(filter(None, numbers))


def _digest_sections(facts: DigestFacts, reader: Reader) -> Iterator[Section]:
    if facts.best:
        lines = tuple(_case(case, reader) for case in facts.best)
        yield Section("New, the most probable first", lines, _more(facts.new_cases, len(lines)))
    if facts.failed:
        yield _failed_section(facts.failed, facts.failed_runs, reader)
    if facts.waiting:
        yield Section("Waiting longest", tuple(_waiting(case, reader) for case in facts.waiting))
    yield Section("Credits", tuple(map(_credit, facts.credits)))


def _priority(facts: PriorityFacts, reader: Reader) -> Content:
    lines = tuple(_case(case, reader) for case in facts.cases)
    number = counted(facts.number, "priority case", "priority cases")
    verb = "is" if facts.number == 1 else "are"
    return Content(
        subject=f"{number}: {reader.client_name}",
        opening=f"{number} {verb} open: probable enough for a notice.",
        sections=(Section("The most probable first", lines, _more(facts.number, len(lines))),),
        action=Line("Review the open cases", link=reader.links.queue(reader.client_id)),
    )


def _failed(facts: FailedRunFacts, reader: Reader) -> Content:
    number = counted(facts.number, "failed scan", "failed scans")
    return Content(
        subject=f"{number}: {reader.client_name}",
        opening="What is listed there now is not known until a scan succeeds.",
        sections=(_failed_section(facts.failed, facts.number, reader),),
        action=Line("Look at the scans", link=reader.links.scans(reader.client_id)),
    )


def _failed_section(failed: tuple[FailedRun, ...], number: int, reader: Reader) -> Section:
    lines = tuple(_failed_run(run, reader) for run in failed)
    return Section("Failed scans", lines, _more(number, len(lines)))


def _provider(facts: ProviderFacts, reader: Reader) -> Content:
    name = provider_name(facts.provider)
    return Content(
        subject=f"{name} does not answer: {reader.client_name}",
        opening=f"{name} has answered none of the last questions. Scans of it wait or fail until "
        "it does; nothing has to be done. You are told of this once a day at most.",
        sections=(),
        action=Line("Look at the scans", link=reader.links.scans(reader.client_id)),
    )


def _case(case: CaseFacts, reader: Reader) -> Line:
    seller = f", from {shortened(case.seller_name, _TITLE_CHARS_MAX)}" if case.seller_name else ""
    return Line(
        shortened(case.title, _TITLE_CHARS_MAX) or "(no title)",
        f"{provider_name(case.provider)}, {price(case)}{seller}. "
        f"{violation_name(case.violation_type)}, {percent(case.probability)} probable",
        reader.links.case(reader.client_id, str(case.case_id)),
    )


def _waiting(case: CaseFacts, reader: Reader) -> Line:
    return Line(
        shortened(case.title, _TITLE_CHARS_MAX) or "(no title)",
        f"{provider_name(case.provider)}, since {_minute(case.first_flagged_at, reader)}",
        reader.links.case(reader.client_id, str(case.case_id)),
    )


def _failed_run(run: FailedRun, reader: Reader) -> Line:
    where = reader.links.scan(reader.client_id, run.scan_id) if run.scan_id else None
    return Line(
        f"{provider_name(run.provider)}, {_minute(run.failed_at, reader)}",
        shortened(run.reason or "No reason was given.", _REASON_CHARS_MAX),
        where,
    )


def _credit(use: CreditUse) -> Line:
    if use.limit is None:
        return Line(f"{use.used:,} used {use.span}, without a limit")
    return Line(f"{use.used:,} of {use.limit:,} used {use.span}")


def _more(number: int, shown: int) -> str:
    return f"And {number - shown:,} more." if number > shown > 0 else ""


def _minute(moment: datetime, reader: Reader) -> str:
    local = moment.astimezone(reader.zone)
    return f"{local:%-d %b %Y, %H:%M} {local.tzname()}"
