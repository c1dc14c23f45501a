"""Whether each part of the installation is well, in words and with what to do; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from api.pages.languages.figures import count
from api.pages.languages.words import gettext, ngettext
from api.pages.operators.health_facts import HealthFacts
from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.listing import Provider
from infringement_dagster.reporting.listing_words import provider_name

Tone = Literal["good", "warn", "bad"]
STATES: Final[dict[Tone, str]] = {"good": "Well", "warn": "Look at it", "bad": "Trouble"}
NEAR_SHARE: Final = 0.9  # of its credits a day: the client's next scan may have to wait


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation; `since` is when its trouble began, where that is known."""

    name: str
    tone: Tone
    said: str
    remedy: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """Runs at a provider now, and the credits of today (UTC)."""

    provider: Provider
    waiting: int
    running: int
    runs_max: int
    credits: int
    is_down: bool


@dataclass(frozen=True, slots=True)
class NearLimit:
    """A client that has used up most of its credits of today."""

    client_id: str
    used: int
    limit: int


def parts_of(facts: HealthFacts) -> list[Part]:
    """All parts, those in trouble first."""
    order = tuple(reversed(STATES))
    parts = [*_inside(facts), *_scanning(facts), *_sending(facts)]
    return sorted(parts, key=lambda part: order.index(part.tone))


def provider_rows(facts: HealthFacts) -> list[ProviderRow]:
    """The providers that are known of, by name."""
    runs = {
        (reading.first, reading.second): int(reading.value) for reading in facts.readings["runs"]
    }
    down = _down(facts)
    spent: defaultdict[Provider, int] = defaultdict(int)
    for row in facts.credits:
        spent[row.provider] += row.credits
    return [
        ProviderRow(
            provider,
            runs.get((provider, "queued"), 0),
            runs.get((provider, "admitted"), 0) + runs.get((provider, "running"), 0),
            limits.runs_max,
            spent[provider],
            provider in down,
        )
        for provider, limits in sorted(facts.provider_limits.items())
    ]


def near_limits(facts: HealthFacts) -> list[NearLimit]:
    """The clients that have used up most of their credits of today, most of all first."""
    used: defaultdict[str, int] = defaultdict(int)
    for row in facts.credits:
        used[row.client_id] += row.credits
    rows = [
        NearLimit(client_id, number, limit)
        for client_id, number in used.items()
        if (limit := facts.client_limits.get(client_id, ClientLimits()).credits_per_day) is not None
    ]
    near = [row for row in rows if row.used >= NEAR_SHARE * row.limit]
    return sorted(near, key=lambda row: (row.limit - row.used, row.client_id))


def _count_of(facts: HealthFacts, reading: str, state: str) -> int:
    """The whole number, of which the lists of the page name the first only."""
    told = facts.readings[reading]
    return int(sum(item.value for item in told if state in (item.first, item.second)))


def _down(facts: HealthFacts) -> list[Provider]:
    return sorted(reading.first for reading in facts.readings["provider_up"] if not reading.value)


def _inside(facts: HealthFacts) -> Iterator[Part]:
    yield Part(gettext("Database"), "good", gettext("It answers."))
    name = gettext("Object store")
    if facts.store_trouble:
        remedy = gettext("Photos and evidence are not shown and scans stop until it answers.")
        yield Part(name, "bad", facts.store_trouble, remedy)
    else:
        yield Part(name, "good", gettext("It answers."))
    name = gettext("Parts of the API")
    if facts.tasks_down:
        said = gettext("Down: %(names)s.", names=", ".join(facts.tasks_down))
        remedy = gettext("Each is started again by itself; the API's log has the exception.")
        yield Part(name, "bad", said, remedy)
    else:
        yield Part(name, "good", gettext("All parts of this process run."))


def _scanning(facts: HealthFacts) -> Iterator[Part]:
    yield _sensors(facts)
    yield _queue(facts)
    yield _running(facts)
    yield _providers(_down(facts))
    late, failed = len(facts.late), _count_of(facts, "runs_ended_day", "failed")
    yield _counted(
        gettext("Scans on time"),
        late,
        gettext("Late, by client and marketplace: %(number)s.", number=count(late)),
        gettext("No scheduled scan is late."),
        gettext("They are listed below, each with what it waits for."),
    )
    yield _counted(
        gettext("Failed runs"),
        failed,
        gettext("In the last 24 hours: %(number)s.", number=count(failed)),
        gettext("None in the last 24 hours."),
        gettext(
            "They are listed below; retry them on the page of the scan once the cause is gone."
        ),
    )


def _sensors(facts: HealthFacts) -> Part:
    name, overdue, unlooked = (
        gettext("Sensors"),
        facts.backlogs["schedules"],
        facts.backlogs["unlooked"],
    )
    if not overdue.number and not unlooked.number:
        return Part(name, "good", gettext("Schedules and the queue are looked at."))
    said = [
        ngettext(
            "%(number)s schedule is due and was not looked at.",
            "%(number)s schedules are due and were not looked at.",
            overdue.number,
            number=count(overdue.number),
        )
        if overdue.number
        else "",
        ngettext(
            "%(number)s run waits and was not looked at.",
            "%(number)s runs wait and were not looked at.",
            unlooked.number,
            number=count(unlooked.number),
        )
        if unlooked.number
        else "",
    ]
    remedy = gettext(
        "Dagster's daemon must run and its sensors client_schedules and scan_admission must be on."
    )
    since = min(backlog.since for backlog in (overdue, unlooked) if backlog.since is not None)
    return Part(name, "bad", " ".join(filter(None, said)), remedy, since)


def _queue(facts: HealthFacts) -> Part:
    name, queued = gettext("Queue of runs"), facts.backlogs["queued"]
    if not queued.number:
        return Part(name, "good", gettext("No run waits."))
    said = ngettext(
        "%(number)s run waits.",
        "%(number)s runs wait.",
        queued.number,
        number=count(queued.number),
    )
    return Part(name, "good", said, since=queued.since)


def _running(facts: HealthFacts) -> Part:
    name = gettext("Running runs")
    unstarted, silent = facts.backlogs["unstarted"], facts.backlogs["silent"]
    if unstarted.number:
        said = ngettext(
            "%(number)s run was admitted and does not start.",
            "%(number)s runs were admitted and do not start.",
            unstarted.number,
            number=count(unstarted.number),
        )
        remedy = gettext("Look into Dagster's UI whether its daemon launches runs.")
        return Part(name, "bad", said, remedy, unstarted.since)
    if silent.number:
        said = ngettext(
            "%(number)s running run gives no sign of life.",
            "%(number)s running runs give no sign of life.",
            silent.number,
            number=count(silent.number),
        )
        remedy = gettext("The sensor scan_watch takes over such runs: it must be on.")
        return Part(name, "bad", said, remedy, silent.since)
    running = sum(
        int(reading.value) for reading in facts.readings["runs"] if reading.second != "queued"
    )
    figures = {"running": count(running), "most": count(facts.runs_max)}
    return Part(name, "good", gettext("%(running)s of at most %(most)s.", **figures))


def _providers(down: Sequence[Provider]) -> Part:
    name = gettext("Marketplaces")
    if not down:
        return Part(name, "good", gettext("All answer, as far as they were asked."))
    named = ", ".join(provider_name(provider) for provider in down)
    remedy = gettext("Runs wait or fail until it answers. Check the vendor's status and key.")
    return Part(name, "bad", gettext("Do not answer: %(names)s.", names=named), remedy)


def _sending(facts: HealthFacts) -> Iterator[Part]:
    jobs, failed = facts.backlogs["jobs"], facts.backlogs["failed_jobs"]
    figures = {"waiting": count(jobs.number), "failed": count(failed.number)}
    yield Part(
        gettext("Exports and previews"),
        "warn" if failed.number else "good",
        gettext("%(waiting)s wait, %(failed)s failed in the last 24 hours.", **figures),
        gettext("The API's log has each reason.") if failed.number else "",
        jobs.since,
    )
    yield _hooks(facts)
    yield _mails(facts)


def _hooks(facts: HealthFacts) -> Part:
    late, dead = facts.backlogs["late_hooks"], _count_of(facts, "webhook_deliveries", "dead")
    figures = {"late": count(late.number), "dead": count(dead)}
    if not late.number and not dead:
        return Part(gettext("Web-hooks"), "good", gettext("All messages were delivered in time."))
    return Part(
        gettext("Web-hooks"),
        "warn",
        gettext("%(late)s messages are late, %(dead)s were given up.", **figures),
        gettext("The client's page of web-hooks says what its receiver answers, and sends again."),
        late.since,
    )


def _mails(facts: HealthFacts) -> Part:
    name = gettext("Mails")
    if not facts.sends_mail:
        remedy = gettext("Set SMTP_URL to mail links and alerts.")
        return Part(name, "warn", gettext("No mails are sent."), remedy)
    waiting = [
        facts.backlogs[name] for name in ("late_links", "late_alerts", "late_operator_alerts")
    ]
    number = sum(backlog.number for backlog in waiting)
    return _counted(
        name,
        number,
        ngettext(
            "%(number)s mail waits for minutes.",
            "%(number)s mails wait for minutes.",
            number,
            number=count(number),
        ),
        gettext("None waits."),
        gettext("Check the mail server; the API's log has what it answers."),
        min((backlog.since for backlog in waiting if backlog.since is not None), default=None),
    )


def _counted(
    name: str, number: int, said: str, none: str, remedy: str, since: datetime | None = None
) -> Part:
    return Part(name, "warn", said, remedy, since) if number else Part(name, "good", none)
