"""How soon the queue can be worked with, as the browser itself tells.

`python bench/pages.py [--quick]`: a client with 200,000 cases (20,000 with --quick), all in groups:
four of ten alone, six of ten in sixes, 500 together. The queue, its filters and the pages of groups
are opened in Chromium beside a blank page of the same server, in turns. A page is interactive when
its document is read and its scripts have run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from uuid import UUID

import psycopg
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.read_api import fill, serving
from bench.throwaway_database import throwaway_database
from resources.identity.credentials import hash_password
from resources.postgres.clients import operator_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.support.browser import BROWSER_ARGUMENTS, HOW_TO_GET_IT, find_browser

PASSWORD = "correct horse battery"
EMAIL = "bench@operators.example"
BLANK = "blank page"
CASES = "/clients/client-1/cases"
GROUPS = "/clients/client-1/groups"
LARGE, SIX = UUID(int=1), UUID(int=2)  # groups of 500 and of 6 cases
PAGES = {
    BLANK: "/healthz",
    "log-in": "/log-in",
    "home": "/clients/client-1/home",
    "search, rare": "/clients/client-1/search?text=model 1999",
    "search, common": "/clients/client-1/search?text=steel",
    "queue": CASES,
    "queue, newest": f"{CASES}?tab=all&sort=newest",
    "queue, cheapest": f"{CASES}?sort=cheapest",
    "queue, unsure": f"{CASES}?tab=unsure",
    "queue, half of it": f"{CASES}?probability_min=0.5",
    "queue, one seller": f"{CASES}?seller=Seller 7",
    "queue, rare text": f"{CASES}?text=model 1999",
    "queue by group": GROUPS,
    "group of 6": f"{GROUPS}/{SIX}",
    "group of 500": f"{GROUPS}/{LARGE}",
}
# Cases that are alike are tied to the first of their group, as runs tie them.
_GROUPED = """
    INSERT INTO grouped_cases (client_id, case_id, arrival_no, group_id, words, seller)
    SELECT client_id, case_id, n, CASE bucket WHEN 0 THEN %(large)s WHEN 100 THEN %(six)s
        ELSE first_value(case_id) OVER (PARTITION BY bucket ORDER BY n) END,
        ARRAY['bottle', 'insulated', 'steel'], 'Seller ' || n %% 97
    FROM (SELECT client_id, case_id, n,
            CASE WHEN n <= 500 THEN 0 WHEN n %% 10 < 4 THEN -n ELSE n / 10 END AS bucket
        FROM (SELECT client_id, case_id, row_number() OVER (ORDER BY case_id) AS n FROM cases) s) t
"""
_TIED = """
    INSERT INTO group_edges (client_id, case_id, earlier_case_id, photo_bits, title_share,
        is_same_seller, is_same_provider)
    SELECT later.client_id, later.case_id, first.case_id, 12, 0.9, false, true
    FROM grouped_cases AS later JOIN (
        SELECT DISTINCT ON (group_id) group_id, case_id FROM grouped_cases
        ORDER BY group_id, arrival_no) AS first USING (group_id)
    WHERE later.case_id <> first.case_id
"""
_INTERACTIVE_MS = """
() => {
  const entry = performance.getEntriesByType("navigation")[0];
  return entry.domContentLoadedEventEnd - entry.startTime;
}
"""


def log_in(page: Page) -> None:
    page.goto("/log-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/clients")


def measure(base_url: str, rounds: int) -> dict[str, float]:
    """The median in ms of each page; the pages take turns."""
    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit(f"no Chromium: {HOW_TO_GET_IT}")
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS)
        page = browser.new_page(base_url=base_url)
        log_in(page)
        for number in range(rounds + 1):
            for name, path in PAGES.items():
                page.goto(path, wait_until="load")
                if number:  # the first round fills the caches of browser and server
                    found[name].append(page.evaluate(_INTERACTIVE_MS))
        browser.close()
    return {name: round(statistics.median(values), 1) for name, values in found.items()}


def prepare(urls: DatabaseUrls, cases: int) -> None:
    """A client with so many cases, and an operator."""
    owner = with_database(urls.admin, database_of(urls.owner))
    with psycopg.connect(owner, autocommit=True) as admin:
        fill(admin, 1, cases, cases)
        admin.execute("UPDATE cases SET set_aside = true WHERE state = 'open' AND random() < 0.01")
        admin.execute(_GROUPED, {"large": LARGE, "six": SIX})
        admin.execute(_TIED)
        admin.execute("VACUUM ANALYZE")
    with Database(urls) as database, database.identity() as c:
        operator_store.add_operator(c, EMAIL, hash_password(PASSWORD))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    cases = 20_000 if parser.parse_args().quick else 200_000
    with throwaway_database() as (urls, directory):
        prepare(urls, cases)
        with serving(urls, directory) as http:
            base_url = str(http.base_url).replace("127.0.0.1", "localhost")
            found = measure(base_url, 5)
    print(f"{cases} cases; median ms until interactive")
    for name, milliseconds in found.items():
        beyond = milliseconds - found[BLANK]
        print(f"{name:20}{milliseconds:>10.1f}{beyond:>+10.1f} to the blank page")
    print(json.dumps({"cases": cases, "interactive_ms": found}))


if __name__ == "__main__":
    main()
