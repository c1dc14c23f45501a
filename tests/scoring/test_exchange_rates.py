from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from infringement_dagster.cli import rates as command
from infringement_dagster.cli.named_files import UnreadableFile
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.matching.currencies import BUILT_IN, STALE_AFTER_DAYS
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scoring.exchange_rates import (
    CENTRAL_BANK,
    UnreadableRates,
    import_rates,
    rates_in_use,
    rates_of_run,
    read_rates,
)
from resources.postgres.database import Database
from resources.postgres.scans import rate_store
from tests.support.scene import begin

DAILY_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube><Cube time='2026-11-27'>
    <Cube currency='USD' rate='1.25'/><Cube currency='JPY' rate='180.5'/>
  </Cube></Cube>
</gesmes:Envelope>"""
DAILY_CSV = b"Date, USD, JPY, \n27 November 2026, 1.25, 180.5, \n"
HISTORY_CSV = b"Date,USD,JPY,TRY,\n2026-11-26,1.30,179,N/A,\n2026-11-27,1.25,180.5,N/A,\n"
EXPECTED = {"USD": Decimal("1.25"), "JPY": Decimal("180.5")}


@pytest.mark.parametrize("content", [DAILY_XML, DAILY_CSV, HISTORY_CSV])
def test_the_newest_day_of_each_of_the_banks_files_is_read(content: bytes) -> None:
    rates = read_rates(content)
    assert (rates.day, rates.source, rates.is_built_in) == (date(2026, 11, 27), CENTRAL_BANK, False)
    assert rates.per_euro == EXPECTED
    assert rates.convert(Decimal(5), "USD", "JPY") == Decimal(722)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04\xff\xfe", "unpack"),
        (b"", "Date"),
        (b"currency,rate\nUSD,1", "Date"),
        (b"Date,USD\nsoon,1", "'soon' is no day"),
        (b"Date,USD\n2026-11-27,cheap", "no number"),
        (b"Date,USD\n2026-11-27,-1", "above 0"),
        (b"Date,USD\n2026-11-27,NaN", "above 0"),
        (b"Date,dollar\n2026-11-27,1", "three letters"),
        (b"Date,USD\n", "no day"),
        (b"Date,USD\r2026-11-27,1", "no CSV"),
        (b"<a", "no XML"),
        (b"<a/>", "no day"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "entities"),
    ],
)
def test_a_file_that_holds_no_rates_is_refused_with_the_reason(
    content: bytes, problem: str
) -> None:
    with pytest.raises(UnreadableRates, match=problem):
        read_rates(content)


def test_without_an_import_the_built_in_table_is_used_and_says_so(database: Database) -> None:
    rates = rates_in_use(database)
    assert (rates.is_built_in, rates.per_euro) == (True, BUILT_IN.per_euro)
    assert rates.is_stale
    assert rates.age_note.startswith("built in, ")


def test_a_table_says_when_it_is_old() -> None:
    fresh = replace(read_rates(DAILY_CSV), used_on=date(2026, 11, 27))
    assert (fresh.is_stale, fresh.age_note) == (False, "")
    day = fresh.day + timedelta(days=STALE_AFTER_DAYS + 1)
    assert replace(fresh, used_on=day).age_note == f"{STALE_AFTER_DAYS + 1} days old"


def test_the_newest_day_is_used_and_a_day_imported_again_is_replaced(database: Database) -> None:
    import_rates(database, DAILY_CSV)
    import_rates(database, b"Date,USD\n2026-11-20,9")
    with database.client("acme") as c:  # any client's scan may read them
        newest = rate_store.newest_rates(c)
    assert newest is not None
    assert (newest.day, newest.per_euro, newest.is_built_in) == (
        date(2026, 11, 27),
        EXPECTED,
        False,
    )
    import_rates(database, b"Date,USD\n2026-11-27,1.26")
    assert rates_in_use(database).per_euro == {"USD": Decimal("1.26")}


OWN_CSV = b"Date,RUB,USD\n2026-11-26,92.5,1.30\n"


def test_a_table_of_the_operator_s_own_stands_behind_a_newer_one(database: Database) -> None:
    import_rates(database, DAILY_CSV)
    import_rates(database, OWN_CSV, "another bank")
    rates = rates_in_use(database)
    assert [table.source for table in rates.tables] == [CENTRAL_BANK, "another bank"]
    assert rates.convert(Decimal(125), "USD", "RUB") == Decimal(9250)
    used = rates.used("USD", "RUB")
    assert used is not None
    assert (used.rate, used.day) == (Decimal(74), date(2026, 11, 26))
    assert used.source == f"{CENTRAL_BANK} and another bank"
    alone = rates.used("EUR", "RUB")
    assert alone is not None
    assert alone.source == "another bank"
    assert rates.used("USD", "AED") is None


def test_the_newest_table_that_quotes_a_currency_counts(database: Database) -> None:
    import_rates(database, OWN_CSV.replace(b"2026-11-26", b"2026-11-28"), "another bank")
    import_rates(database, DAILY_CSV)
    assert rates_in_use(database).convert(Decimal(1), "EUR", "USD") == Decimal("1.30")


def test_both_tables_of_a_run_are_kept_as_they_were(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
    config = ClientConfig(version=1, brands=(), searches={})
    run = ScanRun("acme", "amazon", scene.scan_id, scene.run.epoch, config, "request")
    import_rates(database, DAILY_CSV)
    import_rates(database, OWN_CSV, "another bank")
    first = rates_of_run(database, run)
    import_rates(database, b"Date,RUB\n2026-11-29,1", "another bank")
    assert rates_of_run(database, run) == first
    assert [table.source for table in first.tables] == [CENTRAL_BANK, "another bank"]


def test_what_no_table_quotes_is_told_and_what_is_imported_is_shown(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "open_database", lambda _settings: nullcontext(database))
    file = tmp_path / "own.csv"
    file.write_bytes(OWN_CSV)
    command.import_file(file, "another bank")
    told = capsys.readouterr()
    assert "rates of 2026-11-26 for 2 currencies: another bank" in told.out
    assert re.search(r"no table quotes AED, .*SAR", told.err)
    assert "RUB" not in told.err
    command.show(as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["per_euro"]["RUB"], shown["tables"][0]["source"]) == ("92.5", "another bank")
    command.show()
    assert "another bank" in capsys.readouterr().out


def test_a_run_keeps_the_rates_that_it_began_with(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
    config = ClientConfig(version=1, brands=(), searches={})
    run = ScanRun("acme", "amazon", scene.scan_id, scene.run.epoch, config, "request")
    import_rates(database, DAILY_CSV)
    first = rates_of_run(database, run)
    assert first.per_euro == EXPECTED
    assert first.used_on == datetime.now(UTC).date()
    import_rates(database, b"Date,USD\n2026-11-28,9")
    assert rates_of_run(database, run) == first
    with database.client("beta") as c:
        other = begin(c, "beta")
    later = ScanRun("beta", "amazon", other.scan_id, other.run.epoch, config, "request")
    assert rates_of_run(database, later).per_euro == {"USD": Decimal(9)}


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.csv"):
        command.import_file(tmp_path / "none.csv")
