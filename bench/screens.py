"""Every page at three widths, light and dark, a sheet each: `docs/screens/*.webp`.

`python bench/screens.py [NAME ...]`: sets up the demo in a place of its own, decides, drafts and
comments as people would, and opens each page in Chromium. Without names all pages; the last line
is JSON: the sheets, and what the browser and axe complained of.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from infringement_dagster.cli.installation import open_urls
from infringement_dagster.local.ports import free_port
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import make_report
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import Settings
from tests.support.browser import BROWSER_ARGUMENTS, HOW_TO_GET_IT, find_browser

SHEETS = Path(__file__).parents[1] / "docs" / "screens"
WINDOWS_PX = ((360, 780), (1440, 900), (1920, 1080))
SCHEMES = ("light", "dark")
SERIOUS = ("serious", "critical")
_SHOWN_SHARE = 0.6  # of its size on the sheet: words can be read, and a sheet takes some 80 kB
_GAP_PX = 12
_GROUND = (128, 128, 136)
CLIENT = "kelvarra"


@dataclass(frozen=True, slots=True)
class Site:
    """The demo, running: where it is, and who may log in."""

    base_url: str
    password: str
    api: httpx.Client


@contextmanager
def site(home: Path) -> Iterator[Site]:
    """The demo, served."""
    os.environ["INFRINGEMENT_HOME"] = str(home)
    program = str(Path(sys.executable).with_name("infringement"))
    told = subprocess.run([program, "demo"], check=True, capture_output=True, text=True).stdout
    password, key = _found(r"the password\s+(\S+)", told), _found(r"Bearer\s+(\S+?)'", told)
    port, dagster_port = free_port(), free_port()
    up = [program, "up", "--api-port", str(port), "--port", str(dagster_port)]
    base_url = f"http://localhost:{port}"
    running = subprocess.Popen(up, stdout=subprocess.DEVNULL)
    bearer = {"Authorization": f"Bearer {key}"}
    try:
        _wait_for(f"{base_url}/readyz")
        with httpx.Client(base_url=f"{base_url}/v1/clients/{CLIENT}", headers=bearer) as api:
            yield Site(base_url, password, api)
    finally:
        running.terminate()
        running.wait(60)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"the demo printed nothing like {pattern}:\n{text[-2000:]}")
    return found[1]


def _make_report() -> None:
    settings, now = Settings(), datetime.now(UTC)
    monday = (now - timedelta(days=now.weekday())).date()
    objects = ObjectStore(settings.object_store_location)
    with open_urls(settings) as urls, Database(urls) as database:
        export_tables(database, objects, CLIENT, monday, now)
        make_report(database, objects, CLIENT, monday)


def _wait_for(url: str) -> None:
    transport = httpx.HTTPTransport(retries=10)  # half a minute in all
    with httpx.Client(transport=transport, timeout=60) as client:
        client.get(url).raise_for_status()


def _asked(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.text}")
    return answer.json()


def people_at_work(api: httpx.Client) -> dict[str, str]:
    """Paths of things that have pages, after decisions, notices, comments, lists and rules."""
    cases = _asked(api.get("/cases", params={"limit": 60}))["items"]
    decided = {"infringing": cases[2:16], "not_infringing": cases[30:36], "unsure": cases[36:38]}
    for decision, chosen in decided.items():
        for case in chosen:
            body = {"decision": decision, "version": case["version"], "reason": "photo is ours"}
            _asked(api.post(f"/cases/{case['case_id']}/decisions", json=body))
    drafts = [_drafted(api, case) for case in decided["infringing"][:8]]
    notices = [notice for notice in drafts if notice["state"] == "drafted"]
    for notice, state in zip(notices[:3], ("sent", "accepted", "rejected"), strict=True):
        _sent(api, notice, state)
    first = cases[0]
    _asked(api.post(f"/cases/{first['case_id']}/comments", json={"comment": "Seen at two shops."}))
    for case in cases[:3]:
        version = _asked(api.get(f"/cases/{case['case_id']}/work"))["version"]
        body = {"version": version, "tags": ["urgent"]}
        _asked(api.put(f"/cases/{case['case_id']}/tags", json=body))
    entry = {"list_name": "deny", "kind": "seller", "case_id": first["case_id"], "reason": "fakes"}
    _asked(api.post("/list-entries", json=entry))
    hook = _asked(api.post("/webhooks", json={"url": "https://hooks.kelvarra.example/cases"}))
    _make_report()
    return _paths(api, first, notices[3], hook["webhook_id"])


def _drafted(api: httpx.Client, case: Mapping[str, Any]) -> Any:
    channel = {"ebay": "ebay_vero", "amazon": "amazon_report"}.get(case["provider"], "dsa_art16")
    body = {"channel": channel, "explanation": "We did not make this product."}
    return _asked(api.post(f"/cases/{case['case_id']}/notices", json=body))


def _sent(api: httpx.Client, notice: Mapping[str, Any], state: str) -> None:
    path = f"/notices/{notice['notice_id']}/changes"
    version = notice["version"]
    for step in ("sent",) if state == "sent" else ("sent", state):
        version = _asked(api.post(path, json={"state": step, "version": version}))["version"]


def _paths(
    api: httpx.Client, case: Mapping[str, Any], notice: Mapping[str, Any], webhook_id: str
) -> dict[str, str]:
    def first(path: str, *members: str, **asked: str) -> str:
        found = _asked(api.get(path, params=asked))["items"]
        return "/".join(str(found[0][member]) for member in members)

    listing = next(
        item for item in _asked(api.get("/listings"))["items"] if item.get("case_id") is None
    )
    week = first("/reports", "week")
    return {
        "home": "home",
        "queue": "cases",
        "case": f"cases/{case['case_id']}",
        "groups": "groups",
        "group": f"groups/{first('/groups', 'group_id')}",
        "actors": "actors",
        "actor": f"actors/{first('/actors', 'actor_id')}",
        "seller": f"sellers/{first('/sellers', 'provider', 'seller_key')}",
        "listing": f"listing?provider={listing['provider']}&listing_id={listing['listing_id']}",
        "search": "search?text=tumbler",
        "notices": "notices",
        "notice": f"notices/{notice['notice_id']}",
        "reports": "reports",
        "report": f"reports/{week}",
        "lists": "lists",
        "rules": "rules",
        "scans": "scans",
        "scan": f"scans/{first('/scans', 'scan_id')}",
        "imports": "imports",
        "import": f"imports/{first('/imports', 'import_id')}",
        "client": "overview",
        "config": "config",
        "first-steps": "start",
        "people": "people",
        "keys": "keys",
        "limits": "limits",
        "audit": "audit",
        "alerts": "alerts",
        "webhooks": "webhooks",
        "webhook": f"webhooks/{webhook_id}",
    }


def every_page(paths: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
    """By name who opens it (None: nobody is logged in), and where it is."""
    admin = {name: ("admin", f"/clients/{CLIENT}/{path}") for name, path in paths.items()}
    return {
        "log-in": (None, "/log-in"),
        "forgotten-password": (None, "/forgotten"),
        "nothing-here": (None, "/nowhere"),
        "api-docs": (None, "/docs"),
        **admin,
        "account": ("admin", "/account"),
        "clients": ("operator", "/clients"),
        "health": ("operator", "/health"),
        "operators": ("operator", "/operators"),
        "operators-trail": ("operator", "/operators/audit"),
    }


def log_in(browser: Browser, base_url: str, role: str, password: str) -> Any:
    """The state of a browser in which somebody of the role is logged in."""
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    page.goto("/log-in")
    page.get_by_label("Email").fill(f"{role}@demo.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/clients**")
    return context.storage_state()


def sheet_of(pictures: list[bytes]) -> Image.Image:
    """Pictures of all windows in a row for each scheme, on one ground."""
    images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    shown = [
        image.resize((round(image.width * _SHOWN_SHARE), round(image.height * _SHOWN_SHARE)))
        for image in images
    ]
    columns = len(WINDOWS_PX)
    width = sum(image.width for image in shown[:columns]) + _GAP_PX * (columns + 1)
    row = max(image.height for image in shown) + _GAP_PX
    sheet = Image.new("RGB", (width, row * len(SCHEMES) + _GAP_PX), _GROUND)
    for number, image in enumerate(shown):
        line, place = divmod(number, columns)
        left = _GAP_PX + sum(image.width + _GAP_PX for image in shown[:place])
        sheet.paste(image, (left, _GAP_PX + line * row))
    return sheet


def write_sheet(browser: Browser, base_url: str, state: Any, name: str, path: str) -> list[str]:
    """Writes the sheet of a page; what the browser, or axe, complained of."""
    pictures: list[bytes] = []
    complaints: list[str] = []
    for scheme in SCHEMES:
        for width, height in WINDOWS_PX:
            context = browser.new_context(
                base_url=base_url,
                color_scheme="dark" if scheme == "dark" else "light",
                viewport={"width": width, "height": height},
                storage_state=state,
            )
            pictures.append(_picture(context, path, complaints))
            context.close()
    sheet_of(pictures).save(SHEETS / f"{name}.webp", quality=70, method=6)
    return [f"{name}: {complaint}" for complaint in complaints]


def _picture(context: BrowserContext, path: str, complaints: list[str]) -> bytes:
    page: Page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path, wait_until="load")
    page.wait_for_timeout(700)  # photos, and parts that are loaded after the page
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        complaints.append("wider than its window")
    picture = page.screenshot()
    complaints += [
        f"{item['id']}: {item['nodes'][0]['html']}"
        for item in Axe().run(page).response["violations"]
        if item["impact"] in SERIOUS
    ]
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit(f"no Chromium: {HOW_TO_GET_IT}")
    SHEETS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="infringement-screens-") as home,
        site(Path(home)) as running,
        sync_playwright() as playwright,
    ):
        pages = every_page(people_at_work(running.api))
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS)
        states = {
            role: log_in(browser, running.base_url, role, running.password)
            for role in ("admin", "operator")
        }
        wanted = {name: at for name, at in pages.items() if not names or name in names}
        complaints = [
            complaint
            for name, (role, path) in wanted.items()
            for complaint in write_sheet(
                browser, running.base_url, role and states[role], name, path
            )
        ]
        browser.close()
    print(json.dumps({"sheets": sorted(wanted), "complaints": complaints}))


if __name__ == "__main__":
    main()
