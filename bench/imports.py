"""Measures the import of files of listings, and a scan over one: memory as it grows, time, finds.

    python bench/imports.py [--quick]

A hundredth of the rows is bad. The last line is JSON: `rss_growth` (peak memory of importing the
large file / one of a tenth of its rows, less 1; the worst of the forms), `rows_per_second`,
`scan_seconds`, `scan_peak_mib`, `scan_rss_growth` (of scans over both files), `missed` and `wrong`
(planted copies that the scan did not flag, and others that it did).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.installation import Installation, installation, run_apart
from resources.postgres.cases import case_store
from resources.postgres.database import Database
from resources.postgres.server.roles import database_of, with_database
from resources.providers.files.provider import DESCRIPTION
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.demo import demo_clients
from resources.settings import PROJECT_DIR
from tests.support.listing_files import HOST, offers, write_csv, write_json_lines
from tests.support.onboarding import save_config

CLIENT = "imports"
ROWS, ROWS_QUICK = 100_000, 10_000
BAD_EVERY = 100
POLL_SECONDS = 0.02
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Imported:
    """One import by the command, in a process of its own."""

    stored: int
    failed: int
    seconds: float
    peak_bytes: int


def main() -> int:
    """Prints the table and the figures; 1 where rows are unaccounted for or a copy is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    rows = ROWS_QUICK if parser.parse_args().quick else ROWS
    with installation(1, {"latency": 0, "photo_latency": 0}) as place:
        place.add_client(CLIENT, ["kelvarra"])
        figures = measure_imports(place, rows)
        small, large = measure_scan(place, rows // 10), measure_scan(place, rows)
        growth = large["scan_peak_mib"] / small["scan_peak_mib"] - 1
        figures |= large | {"scan_rss_growth": growth}
    print(json.dumps(figures))
    return int(bool(figures["missed"] or figures["wrong"] or figures["unaccounted"]))


def measure_imports(place: Installation, rows: int) -> dict[str, float]:
    """Each form of the file and of one with a tenth of its rows."""
    growth, speed, unaccounted = 0.0, 0.0, 0
    for ending in ("parquet", "jsonl", "csv"):  # the last is what the scan reads
        small, large = (
            imported(place, written(place, count, ending)) for count in (rows // 10, rows)
        )
        growth = max(growth, large.peak_bytes / small.peak_bytes - 1)
        speed = rows / large.seconds
        unaccounted += rows - large.stored - large.failed
        print(
            f"  {ending:8} {large.stored:7,} stored {large.failed:6,} bad {large.seconds:6.1f} s  "
            f"peak {small.peak_bytes / MEBIBYTE:.0f} then {large.peak_bytes / MEBIBYTE:.0f} MiB"
        )
    return {"rss_growth": growth, "rows_per_second": speed, "unaccounted": unaccounted}


def measure_scan(place: Installation, rows: int) -> dict[str, float]:
    """A scan over the file of so many rows, of which only planted copies should be flagged."""
    search = {DESCRIPTION.name: {"queries": [f"{rows}-csv"]}}
    with Database(place.urls) as database:
        save_config(database, CLIENT, {**demo_clients()[0].config, "searches": search}, "bench")
    scan_id = place.request_scan(CLIENT, DESCRIPTION.name)
    figures = run_apart(place, "bench.scan_job", CLIENT, str(scan_id), DESCRIPTION.name)
    planted = {f"{HOST}:{listing_id}" for listing_id in planted_ids()}
    with Database(place.urls) as database, database.client(CLIENT) as c:
        cases = case_store.list_cases(c, CLIENT, 1000, origin="flagged")
    flagged = {case.listing_id for case in cases}
    peak_mib = figures["peak_bytes"] / MEBIBYTE
    print(
        f"  scan     {figures['raw_listings_stored']:7,.0f} listings {figures['seconds']:6.1f} s  "
        f"peak {peak_mib:.0f} MiB, {len(flagged & planted)} of {len(planted)} copies flagged"
    )
    return {
        "scan_seconds": figures["seconds"],
        "scan_peak_mib": peak_mib,
        "missed": len(planted - flagged),
        "wrong": len(flagged - planted),
    }


def imported(place: Installation, path: Path) -> Imported:
    """The outcome of `infringement listings import` for the file."""
    command = [sys.executable, "-m", "infringement_dagster.cli.app", "listings", "import"]
    command += [CLIENT, str(path), "--json"]
    administrating = with_database(place.urls.admin, database_of(place.urls.owner))
    environment = place.environment() | {"DATABASE_URL": administrating}
    began, peak_bytes = time.perf_counter(), 0
    with (path.parent / "report.json").open("w+b") as out:
        process = subprocess.Popen(command, env=environment, cwd=PROJECT_DIR, stdout=out)
        while process.poll() is None:
            peak_bytes = max(peak_bytes, _peak_bytes(process.pid))
            time.sleep(POLL_SECONDS)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed")
        seconds = time.perf_counter() - began
        out.seek(0)
        report = json.load(out)
    return Imported(report["stored"], report["failed"], seconds, peak_bytes)


def _peak_bytes(pid: int) -> int:
    """The process's highest memory so far; getrusage would count its parent's before exec."""
    status = Path(f"/proc/{pid}/status").read_text()
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peaks[0]) * 1024 if peaks else 0


def written(place: Installation, rows: int, ending: str) -> Path:
    """A file of so many rows."""
    path = place.state_dir / f"{rows}-{ending}.{ending}"
    given = list(some_rows(place, rows))
    if ending == "csv":
        return write_csv(path, given)
    if ending == "jsonl":
        return write_json_lines(path, given)
    pl.DataFrame(given, infer_schema_length=None).write_parquet(path)
    return path


def some_rows(place: Installation, rows: int) -> Iterator[dict[str, object]]:
    """The sandbox's offers of the demo brand, then others without photos; some are bad."""
    real = offers("kelvarra", place.sandbox_url)
    yield from real
    for number in range(len(real), rows):
        is_bad = number % BAD_EVERY == 0
        yield {
            "listing_id": str(10**9 + number),
            "title": f"Garden hose {number % 977} with brass nozzle, {number} cm",
            "url": f"https://www.{HOST}/offers/{10**9 + number}" if not is_bad else "ask us",
            "image_urls": [],
            "price": 5 + number % 80,
            "currency": "USD",
            "seller_name": f"seller {number % 499}",
            "condition": "New",
        }


def planted_ids() -> set[str]:
    """The copies among the offers."""
    named = {str(row["listing_id"]) for row in offers("kelvarra")}
    return named & Catalogue().planted(demo_clients()[0].client_id)


if __name__ == "__main__":
    sys.exit(main())
