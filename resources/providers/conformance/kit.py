"""All checks in their order, and what each of them found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from resources.providers.conformance import checks, listing_checks
from resources.providers.conformance.captures import Captures
from resources.providers.conformance.subject import Subject
from resources.providers.plug_in import ProviderPlugIn

PROBLEMS_MAX = 10  # of a check: whoever has more mends these first
Check = Callable[[Subject], Iterator[str]]
CHECKS: Final[dict[str, Check]] = {
    "questions": checks.questions,
    "fields": checks.fields,
    "rows": checks.rows,
    "paging": checks.paging,
    "money": checks.money,
    "identity": checks.identity,
    "hostile values": checks.hostile_values,
    "listing pages": listing_checks.listing_pages,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One check with the first problems that it found, none where the plug-in conforms."""

    check: str
    asks: str
    problems: tuple[str, ...]


def conformance(
    plug_in: ProviderPlugIn, captures: Captures, tld: str | None = None
) -> list[Result]:
    """The result of every check over answers of one marketplace, the first unless it is named.

    Raises `UnknownMarketplace`; what the plug-in raises is a problem like any other.
    """
    described = plug_in.description
    place = described.marketplace(tld or next(iter(described.marketplaces)))
    subject = Subject(plug_in, captures, place)
    return [_result(name, check, subject) for name, check in CHECKS.items()]


def _result(name: str, check: Check, subject: Subject) -> Result:
    asks = (check.__doc__ or "").partition("\n")[0]
    return Result(name, asks, tuple(islice(_problems(check, subject), PROBLEMS_MAX)))


def _problems(check: Check, subject: Subject) -> Iterator[str]:
    try:
        yield from check(subject)
    except Exception as error:  # whatever foreign code raises, the other checks are made
        yield f"the plug-in raises {_told(error)}"


def _told(error: Exception) -> str:
    """The error and the last line of the plug-in's own that it passed."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}: {str(error)[:200]} ({place})"
