"""Whatever a listing says: from the vendor's page to the database, the snapshot and the CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from api.jobs.case_files import COLUMNS, write_cases
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.domain.listing import Provider
from resources.postgres.cases import case_store
from resources.postgres.cases.case_lists import CaseFilter
from resources.postgres.scans import outcome_store, scan_store, snapshot_store
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import demo_client
from tests.support.nasty_strings import NASTY_STRINGS
from tests.support.onboarding import save_config
from tests.support.sandbox_processes import StartSandbox
from tests.support.stored import listings_of_scan

PAGE_ROWS = 60
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def ebay_row(number: int, nasty: str) -> dict[str, object]:
    return {
        "product_title": nasty,
        "product_url": f"https://www.ebay.com/itm/{10**11 + number}?x={nasty}",
        "image": nasty,
        "condition": nasty,
        "seller_name": nasty,
        "shipping_location": nasty,
        "extra_info": nasty,
        "item_price": {"value": nasty, "currency": nasty, nasty: nasty},
        nasty: nasty,
    }


def amazon_row(number: int, nasty: str) -> dict[str, object]:
    return {
        "type": nasty,
        "asin": f"B{number:09d}",
        "name": nasty,
        "image": nasty,
        "url": nasty,
        "stars": nasty,
        "total_reviews": nasty,
        "price_string": nasty,
        "price_symbol": nasty,
        "price": nasty,
        "spec": {nasty: nasty},
        nasty: nasty,
    }


ROWS = {"ebay": ebay_row, "amazon": amazon_row}


def write_pages(folder: Path, provider: Provider) -> int:
    """The number of rows in the capture files written."""
    folder.mkdir()
    rows: list[object] = [ROWS[provider](n, nasty) for n, nasty in enumerate(NASTY_STRINGS)]
    rows += [ROWS[provider](n, "Plain") | {"name": v, "product_title": v} for n, v in _values()]
    rows += [None, 7, "row", [], {}, [["nested"] * 9], {"asin": {"a": []}, "product_url": [1]}]
    pages = [rows[first : first + PAGE_ROWS] for first in range(0, len(rows), PAGE_ROWS)]
    for page_no, page in enumerate(pages, start=1):
        later = range(page_no + 1, len(pages) + 1)
        parameter = {"ebay": "_pgn", "amazon": "page"}[provider]
        links = [f"https://shop.example/?{parameter}={number}" for number in later]
        document = json.dumps({"results": page, "next_pages": links})
        name = f"{provider}-search-page{page_no}.json"
        (folder / name).write_text(document.replace('"NaN!"', "NaN"), encoding="ascii")
    return len(rows)


def _values() -> list[tuple[int, object]]:
    """What may stand where a text should."""
    values: list[object] = [None, True, 0, -1, 10**400, 1e308, "NaN!", float("inf"), [], {}, ["x"]]
    return list(enumerate(values, start=len(NASTY_STRINGS)))


def test_there_are_two_hundred() -> None:
    assert len(NASTY_STRINGS) >= 200


@pytest.mark.parametrize("provider", ["ebay", "amazon"])
def test_every_record_is_stored_or_counted(
    provider: Provider, install: Install, start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    rows = write_pages(tmp_path / "pages", provider)
    installed = install(start_sandbox("--captures", str(tmp_path / "pages")))
    search = {"queries": ["mug"], "marketplace": "com", "pages_max": 9, "details_max": 0}
    document = {
        **demo_client(CLIENT).config,
        "searches": {provider: search},
        "thresholds": {"review": 1e-9, "notice_ready": 0.9},  # every listing becomes a case
    }
    save_config(installed.database, CLIENT, document, created_by="test")
    scan = installed.request(CLIENT, provider)
    assert installed.execute(scan, provider).success

    with installed.database.client(CLIENT) as c:
        run = scan_store.get_scan(c, CLIENT, scan.scan_id).runs[0]
        stored = listings_of_scan(c, CLIENT, scan.scan_id, provider)
        others = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, provider, "raw_listings")
        snapshot = snapshot_store.snapshot_of_run(c, CLIENT, scan.scan_id, provider, "raw_listings")
        cases = case_store.list_cases(c, CLIENT, 10_000)
    counts = read_counts(run.counts)
    assert all(step.add_up for step in counts.values())
    assert counts["raw_listings"].found == rows == len(stored) + len(others)
    assert counts["raw_listings"].failed == 0
    assert len(stored) >= len(NASTY_STRINGS) * 2 // 3

    assert snapshot is not None
    frame = pl.read_parquet(io.BytesIO(installed.objects.get(snapshot.object_key)))
    assert sorted(frame["title"]) == sorted(listing.title for listing in stored)

    path = tmp_path / "cases.csv"
    write_cases(path, "csv", installed.database, CLIENT, CaseFilter())
    told = path.read_bytes().decode()
    table = list(csv.DictReader(io.StringIO(told, newline="")))
    assert len(table) == len(cases) == len(stored) == counts["scores"].stored
    assert all(set(row) == set(COLUMNS) for row in table)
    assert not [cell for row in table for cell in row.values() if cell.startswith(FORMULA_SIGNS)]
    titles = {listing.listing_id: listing.title for listing in stored}
    assert all(
        row["title"].replace("'", "") == titles[row["listing_id"]].replace("'", "") for row in table
    )
