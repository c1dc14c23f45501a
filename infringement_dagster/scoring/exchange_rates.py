"""The installation's exchange rates: read from files, pinned to runs.

The central bank's table, and tables of the operator's own for currencies that it does not quote.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree import ElementTree

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates, newest_first
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import rate_store

CENTRAL_BANK: Final = "European Central Bank, euro foreign exchange reference rates"
SIZE_BYTES_MAX: Final = 20_000_000  # the whole history since 1999 takes 1 MB
_CURRENCY = re.compile(r"[A-Z]{3}")
_DAY_FORMATS = ("%Y-%m-%d", "%d %B %Y")


class UnreadableRates(PermanentError):
    """The file holds no table of rates."""


def read_rates(content: bytes, source: str = CENTRAL_BANK) -> ExchangeRates:
    """The newest day of a file of the European Central Bank: XML or CSV, daily or history.

    A table of the operator's own, from another `source`, has the form of the bank's CSV. Raises
    UnreadableRates.
    """
    if len(content) > SIZE_BYTES_MAX:
        raise UnreadableRates(f"the file has over {SIZE_BYTES_MAX} bytes: give the daily one")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableRates(
            f"the file is no text ({error}): unpack it if it is a zip file"
        ) from error
    days = _days_of_xml(text) if text.lstrip().startswith("<") else _days_of_csv(text)
    if not days:
        raise UnreadableRates("the file names no day with a rate; give the bank's eurofxref file")
    newest = max(days)
    return ExchangeRates(newest, source, days[newest])


def import_rates(database: Database, content: bytes, source: str = CENTRAL_BANK) -> ExchangeRates:
    """The file's rates, in use from the next run on; raises UnreadableRates."""
    rates = read_rates(content, source)
    with database.admission() as c:
        rate_store.put_rates(c, rates)
    return rates


def rates_in_use(database: Database) -> ExchangeRates:
    """The newest imported table of each source, else the built-in one, as used today."""
    with database.admission() as c:
        return _today(rate_store.newest_rates(c))


def _today(known: ExchangeRates | None) -> ExchangeRates:
    return (known or BUILT_IN).used_today(datetime.now(UTC).date())


def rates_of_files(files: Mapping[str, bytes]) -> ExchangeRates:
    """The tables of these files, each named as its source, else the built-in one, as used today.

    Raises UnreadableRates, which names the file.
    """
    tables: list[ExchangeRates] = []
    for name, content in files.items():
        try:
            tables.append(read_rates(content, name))
        except UnreadableRates as error:
            raise UnreadableRates(f"{name}: {error}") from error
    return _today(newest_first(tables))


def rates_of_run(database: Database, run: ScanRun) -> ExchangeRates:
    """The run's rates: the newest table when it first asked, the same ever after."""
    with run.transaction(database) as c:
        offered = _today(rate_store.newest_rates(c))
        return rate_store.pinned_rates(c, run.client_id, run.scan_id, run.provider, offered)


def _days_of_csv(text: str) -> dict[date, dict[str, Decimal]]:
    try:
        read = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise UnreadableRates(f"the file is no CSV: {error}") from error
    head, *rows = read or [[]]
    if not head or head[0] != "Date":
        raise UnreadableRates("the CSV's first column is not Date; give the bank's eurofxref file")
    return {_day(row[0]): _rates(zip(head[1:], row[1:], strict=False)) for row in rows if any(row)}


def _days_of_xml(text: str) -> dict[date, dict[str, Decimal]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableRates("the XML defines entities, which the bank's file never does")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  no entities, and of the operator's choice
    except ElementTree.ParseError as error:
        raise UnreadableRates(f"the file is no XML: {error}") from error
    return {
        _day(day.attrib["time"]): _rates(
            (item.attrib.get("currency", ""), item.attrib.get("rate", "")) for item in day
        )
        for day in root.iter()
        if "time" in day.attrib
    }


def _day(text: str) -> date:
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise UnreadableRates(f"{text!r} is no day such as 2026-03-31 or 31 March 2026")


def _rates(cells: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """The rates of one day; a currency that is not quoted on it (N/A) is left out."""
    given: Mapping[str, str] = {
        code: rate for code, rate in cells if code and rate not in ("", "N/A")
    }
    return {code: _rate(code, rate) for code, rate in given.items()}


def _rate(code: str, text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise UnreadableRates(f"the rate of {code} is {text!r}, which is no number") from error
    if not _CURRENCY.fullmatch(code) or not rate.is_finite() or rate <= 0:
        raise UnreadableRates(
            f"the rate of {code!r} is {text!r}: a currency has three letters and a rate is above 0"
        )
    return rate
