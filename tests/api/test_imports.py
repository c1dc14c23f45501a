"""Files of listings through the API: imported beside the requests, named, and only one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.api.conftest import Caller, CallerOf
from tests.support.listing_files import HOST, offers, write_csv

CSV = {"Content-Type": "text/csv"}


def content(tmp_path: Path, rows: list[dict[str, object]]) -> bytes:
    return write_csv(tmp_path / "rows.csv", rows).read_bytes()


def imported(caller: Caller, body: bytes, query: str, expect: int = 200) -> dict[str, Any]:
    answer = caller("POST", f"listings:import?{query}", content=body, headers=CSV, expect=expect)
    return dict(answer.json())


def test_a_file_is_imported_with_each_bad_row_named(caller_of: CallerOf, tmp_path: Path) -> None:
    acme = caller_of("acme")
    rows = offers("anything")[:5]
    rows[1] = rows[1] | {"price": "call us"}
    rows[4] = rows[4] | {"listing_id": rows[0]["listing_id"]}
    told = imported(acme, content(tmp_path, rows), "file_name=kelmarkt.csv")
    counts = [told[name] for name in ("row_count", "stored", "skipped", "failed")]
    assert (told["name"], counts, told["is_searched"]) == ("kelmarkt", [5, 3, 1, 1], False)
    assert told["imported_by_name"]
    twice = f"the listing {HOST}:{rows[0]['listing_id']} stands earlier in the file"
    assert told["faults"] == [
        {
            "line": 3,
            "reason": "bad_value",
            "detail": "price 'call us' is no number from 0 to 10^12",
        },
        {"line": 6, "reason": "repeated", "detail": twice},
    ]
    path = f"imports/{told['import_id']}"
    assert acme("GET", path, expect=200).json() == told
    lines = acme("GET", f"{path}/faults", expect=200).text.splitlines()
    assert [json.loads(line) for line in lines] == told["faults"]


def test_the_same_file_again_is_the_same_import(caller_of: CallerOf, tmp_path: Path) -> None:
    acme = caller_of("acme")
    body = content(tmp_path, offers("anything")[:3])
    first = imported(acme, body, "file_name=a.csv&name=shop")
    assert imported(acme, body, "file_name=a.csv&name=shop") == first
    others = [imported(acme, body, f"file_name={name}.csv") for name in ("b", "c")]
    listed = acme("GET", "imports?limit=2", expect=200).json()
    assert [row["name"] for row in listed["items"]] == ["c", "b"]
    rest = acme("GET", f"imports?limit=2&cursor={listed['next_cursor']}", expect=200).json()
    assert [row["import_id"] for row in rest["items"]] == [first["import_id"]]
    assert len({row["import_id"] for row in (first, *others)}) == 3
    acme("GET", "imports?cursor=bm8", expect=422)


def test_what_is_no_file_of_listings_is_refused_with_the_reason(
    caller_of: CallerOf, tmp_path: Path
) -> None:
    acme = caller_of("acme")
    refused = imported(acme, b"name,link\na,b\n", "file_name=a.csv", expect=422)
    assert "the file has no column title and url; what is read: listing_id" in refused["detail"]
    bad = [row | {"url": "x"} for row in offers("anything")[:2]]
    refused = imported(acme, content(tmp_path, bad), "file_name=a.csv", expect=422)
    assert "none of the 2 rows of a.csv can be kept (line 2: url 'x' is" in refused["detail"]
    assert acme("GET", "imports", expect=200).json()["items"] == []


def test_imports_are_their_clients_own(caller_of: CallerOf, tmp_path: Path) -> None:
    acme, beta = caller_of("acme"), caller_of("beta")
    told = imported(acme, content(tmp_path, offers("a")[:2]), "file_name=a.csv")
    for path in (f"imports/{told['import_id']}", f"imports/{told['import_id']}/faults"):
        beta("GET", path, expect=404)
    assert beta("GET", "imports", expect=200).json()["items"] == []
    acme("GET", f"imports/{uuid4()}", expect=404)
    caller_of("acme", "viewer")(
        "POST", "listings:import?file_name=a.csv", content=b"x", headers=CSV, expect=403
    )
