"""A client's year of weekly scans at four marketplaces, made up: in Parquet and in Postgres."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

import polars as pl
from psycopg import Connection, sql

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.report.weeks import begin_of, weeks_until
from infringement_dagster.domain.score import Signal
from infringement_dagster.domain.score_document import signal_documents
from infringement_dagster.snapshots.listings import LISTINGS_SCHEMA
from infringement_dagster.snapshots.scores import SCORES_SCHEMA
from resources.objects.keys import snapshot_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.providers.registry import installed
from tests.support.reported import priced

CLIENT = "acme"
WEEK = date(2026, 3, 2)
TURNOVER = 0.3  # of a week's listings are new
_NAMES = UUID("5b1a52a4-2a5e-4c5e-9d53-7b86a1d3f6a1")
_UNTOLD = ("ships_from", "details", "own_page_keys")  # none of these listings has any
_MARK = "0.123456"  # stands in the signals where each listing's share of the floor comes


@dataclass(frozen=True, slots=True)
class Page:
    """The listings that one scan found at one marketplace."""

    week: date
    provider: Provider
    scan_id: UUID
    first: int  # number of its first listing; the next ones follow
    count: int

    @property
    def scanned_at(self) -> datetime:
        """The Tuesday noon of its week."""
        return begin_of(self.week) + timedelta(days=1, hours=12)


def pages_of(rows: int) -> list[Page]:
    """So many listings over 52 weeks, most of them seen again the week after."""
    weeks = weeks_until(WEEK)
    count = rows // (len(weeks) * len(installed().names))
    return [
        Page(week, provider, uuid5(_NAMES, str(week)), int(at * count * TURNOVER), count)
        for at, week in enumerate(weeks)
        for provider in installed().names
    ]


def listings_of(page: Page) -> pl.DataFrame:
    """The page's snapshot."""
    number = pl.int_range(page.first, page.first + page.count)
    listing_id = pl.format("{}-{}", pl.lit(page.provider[0].upper()), number)
    price = (9 + number % 40).cast(pl.Decimal(14, 2))
    columns = {
        "provider": pl.lit(page.provider),
        "listing_id": listing_id,
        "title": pl.format("Northpine Steel Mug No. {}, insulated, 500 ml, with lid", number),
        "url": pl.format("https://shop.example/{}/itm/{}", pl.lit(page.provider), number),
        "price_low": price,
        "price_high": price,
        "currency": pl.lit("USD"),
        "seller_name": pl.format("seller-{}", number % 500),
        "seller_id": pl.format("S-{}", number % 500),
        "condition": pl.lit("new"),
        "rating": pl.lit(4.5),
        "review_count": number % 300,
        "image_urls": pl.concat_list(pl.format("https://img.example/{}/l500.jpg", number)),
        "page_key": pl.lit(f"clients/{CLIENT}/pages/{page.scan_id}/{page.provider}"),
    }
    frame = pl.select(
        *(
            columns.get(name, pl.lit(None)).cast(kind).alias(name)
            for name, kind in LISTINGS_SCHEMA.items()
        )
    )
    assert frame.height == page.count
    return frame


def scores_of(page: Page) -> pl.DataFrame:
    """Scores with fifteen signals, one of which held the price against a floor."""
    others = [Signal(f"signal_{n}", 0.5, "what was compared, in a sentence" * 3) for n in range(14)]
    signals = json.dumps(signal_documents([*others, *priced(float(_MARK)).signals]))
    before, after = signals.split(_MARK)
    number = pl.int_range(page.first, page.first + page.count)
    share = (0.05 + (number % 193) / 100).round(2).cast(pl.String)
    columns = {
        "listing_id": pl.format("{}-{}", pl.lit(page.provider[0].upper()), number),
        "probability": (number % 100) / 100,
        "calibrated": pl.lit(False),
        "model": pl.lit("bench"),
        "config_version": pl.lit(1),
        "signals": pl.concat_str(pl.lit(before), share, pl.lit(after)),
        "other_types": pl.lit("[]"),
    }
    return pl.select(
        *(
            columns.get(name, pl.lit(None)).cast(kind).alias(name)
            for name, kind in SCORES_SCHEMA.items()
        )
    )


def fill(admin: Connection, objects: ObjectStore, pages: Sequence[Page]) -> int:
    """The bytes of Parquet; the rows are in Postgres, too, with cases for one listing of 100."""
    size_bytes = 0
    _fill_scans(admin, pages)
    listings = max(page.first + page.count for page in pages)
    for provider in installed().names:
        whole = Page(WEEK, provider, pages[0].scan_id, 0, listings)
        _copy(admin, "listings", _listings(whole, listings_of(whole)))
    for page in pages:
        found = listings_of(page)
        size_bytes += _put_snapshot(admin, objects, page, "raw_listings", found)
        _copy(admin, "sightings", _sightings(page, found))
        if page.week == WEEK:
            scores = scores_of(page)
            size_bytes += _put_snapshot(admin, objects, page, "scores", scores)
            _copy(admin, "scores", _scores(page, scores))
    _fill_cases(admin, pages)
    _fill_usage(admin, pages)
    return size_bytes


def _fill_scans(admin: Connection, pages: Sequence[Page]) -> None:
    admin.execute("INSERT INTO clients (client_id, display_name) VALUES (%s, 'Acme')", (CLIENT,))
    admin.execute(
        "INSERT INTO config_versions (client_id, version, document, created_by)"
        " VALUES (%s, 1, '{}', 'bench')",
        (CLIENT,),
    )
    for table in ("sightings", "scores", "provider_usage"):
        for back in range(14):
            month = (WEEK.replace(day=1) - timedelta(days=28 * back)).replace(day=1)
            admin.execute("SELECT make_month(%s, %s)", (table, month))
    for scan_id, when in {page.scan_id: page.scanned_at for page in pages}.items():
        admin.execute(
            "INSERT INTO scans (client_id, scan_id, trigger, state, config_version, requested_by,"
            " requested_at, finished_at) VALUES (%s, %s, 'schedule', 'succeeded', 1, 'bench', %s,"
            " %s)",
            (CLIENT, scan_id, when, when),
        )
    for page in pages:
        admin.execute(
            "INSERT INTO runs (client_id, scan_id, provider, state, finished_at)"
            " VALUES (%s, %s, %s, 'succeeded', %s)",
            (CLIENT, page.scan_id, page.provider, page.scanned_at),
        )


def _put_snapshot(
    admin: Connection, objects: ObjectStore, page: Page, asset: str, frame: pl.DataFrame
) -> int:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", row_group_size=1000)  # as the IO manager does
    content = buffer.getvalue()
    sha256 = sha256_hex(content)
    key = snapshot_key(CLIENT, asset, page.provider, str(page.scan_id), sha256)
    objects.put_once(key, content)
    admin.execute(
        "INSERT INTO snapshots VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(CLIENT, uuid4(), page.scan_id, page.provider, asset, str(page.scan_id), key, sha256),
            *(frame.height, len(content), page.scanned_at),
        ),
    )
    return len(content)


def _of_client(frame: pl.DataFrame, **beside: object) -> pl.DataFrame:
    given = {"client_id": CLIENT, **beside}
    return frame.with_columns(**{name: pl.lit(str(value)) for name, value in given.items()})


def _sightings(page: Page, found: pl.DataFrame) -> pl.DataFrame:
    seen = found.select("provider", "listing_id", "price_low", "price_high", "currency")
    return _of_client(seen, scan_id=page.scan_id, seen_at=page.scanned_at)


def _listings(page: Page, found: pl.DataFrame) -> pl.DataFrame:
    kept = found.drop("page_key", "description", "image_urls", "brand", "category", *_UNTOLD)
    when = page.scanned_at
    return _of_client(
        kept,
        image_urls="{}",
        first_seen_at=when,
        last_seen_at=when,
        first_scan_id=page.scan_id,
        last_scan_id=page.scan_id,
    )


def _scores(page: Page, scores: pl.DataFrame) -> pl.DataFrame:
    return _of_client(
        scores.drop("violation_type"),
        scan_id=page.scan_id,
        provider=page.provider,
        scored_at=page.scanned_at,
    )


def _copy(admin: Connection, table: str, frame: pl.DataFrame) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    with admin.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(frame.write_csv(include_header=False))


def _fill_cases(admin: Connection, pages: Sequence[Page]) -> None:
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("cases", "decisions", "notices", "notice_changes", "case_presences")
    }
    for case in _cases(pages):
        for name, row in case:
            rows[name].append({"client_id": CLIENT, **row})
    for name, of_table in rows.items():
        _copy(admin, name, pl.DataFrame(of_table, infer_schema_length=None))


def _cases(pages: Sequence[Page]) -> Iterator[list[tuple[str, dict[str, object]]]]:
    """The rows of each case: flagged when first seen, most decided, half of those reported."""
    drawn = random.Random(1)
    seen: set[tuple[str, int]] = set()
    for page in pages:
        for number in range(page.first, page.first + page.count):
            if number % 100 or (page.provider, number) in seen:
                continue
            seen.add((page.provider, number))
            yield list(_case(page, number, drawn))


def _case(page: Page, number: int, drawn: random.Random) -> Iterator[tuple[str, dict[str, object]]]:
    case_id, decided_at = uuid4(), page.scanned_at + timedelta(hours=drawn.uniform(1, 100))
    decision = drawn.choices(["infringing", "not_infringing", None], [6, 2, 2])[0]
    yield (
        "cases",
        {
            "case_id": str(case_id),
            "provider": page.provider,
            "listing_id": f"{page.provider[0].upper()}-{number}",
            "probability": round(drawn.uniform(0.5, 1), 3),
            "scan_id": str(page.scan_id),
            "config_version": 1,
            "state": "decided" if decision else "open",
            "decision": decision,
            "first_flagged_at": str(page.scanned_at),
        },
    )
    if decision is None:
        return
    of_case = {"case_id": str(case_id)}
    told = {"decision_no": 1, "decision": decision, "reason": "", "decided_by": "user:ann"}
    yield "decisions", of_case | told | {"decided_at": str(decided_at)}
    if decision == "infringing" and drawn.random() < 0.7:
        gone_at = decided_at + timedelta(days=drawn.expovariate(1 / 12))
        gone = {"presence_no": 1, "presence": "gone", "scan_id": str(page.scan_id)}
        yield "case_presences", of_case | gone | {"noticed_at": str(gone_at)}
    if decision == "infringing" and drawn.random() < 0.5:
        yield from _notice(of_case, decided_at, drawn)


def _notice(
    of_case: dict[str, str], decided_at: datetime, drawn: random.Random
) -> Iterator[tuple[str, dict[str, object]]]:
    notice_id = {"notice_id": str(uuid4())}
    states = ["drafted", "sent", drawn.choice(["accepted", "accepted", "rejected"])]
    channel = drawn.choice(["dmca", "dsa_art16"])
    fixed = {"fields": "{}", "holds": "[]", "config_version": 1, "created_at": str(decided_at)}
    yield "notices", notice_id | of_case | {"channel": channel, "state": states[-1]} | fixed
    for at, state in enumerate(states):
        when = {"changed_at": str(decided_at + timedelta(days=at))}
        change = {"change_no": at + 1, "state": state, "note": "", "changed_by": "user:ann"}
        yield "notice_changes", notice_id | change | when


def _fill_usage(admin: Connection, pages: Sequence[Page]) -> None:
    rows = [
        {
            "client_id": CLIENT,
            "request_id": str(uuid4()),
            "scan_id": str(page.scan_id),
            "provider": page.provider,
            "vendor": "scraperapi",
            "endpoint": "search",
            "status": 200,
            "credits": 5,
            "charged_at": str(page.scanned_at),
        }
        for page in pages
        for _ in range(max(1, page.count // 60))
    ]
    _copy(admin, "provider_usage", pl.DataFrame(rows))
