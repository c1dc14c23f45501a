"""The sandbox as eBay's own API: the documented contract, its refusals and its faults."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.demo import demo_clients
from tests.support.sandbox_processes import StartSandbox

API = "/buy/browse/v1"
SEARCH = f"{API}/item_summary/search"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def token(
    http: httpx.Client, url: str, *, client: str = "app", secret: str = "s"
) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "scope": "https://api.ebay.com/oauth/api_scope",
    }
    return http.post(f"{url}/identity/v1/oauth2/token", data=form, auth=(client, secret))


def signed_in(http: httpx.Client, url: str) -> None:
    given = token(http, url).json()
    assert given["token_type"] == "Application Access Token"
    http.headers["authorization"] = f"Bearer {given['access_token']}"


def error_of(response: httpx.Response) -> tuple[int, int, str]:
    (error,) = response.json()["errors"]
    assert set(error) >= {"errorId", "domain", "category", "message", "longMessage"}
    return response.status_code, error["errorId"], error["domain"]


def test_nobody_is_answered_without_a_token(sandbox_url: str, http: httpx.Client) -> None:
    asked = http.get(f"{sandbox_url}{SEARCH}", params={"q": "kelvarra"})
    assert error_of(asked) == (401, 1001, "OAuth")
    wrong = token(http, sandbox_url, secret="refused")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    bare = http.post(f"{sandbox_url}/identity/v1/oauth2/token")
    assert bare.status_code == 401
    other = http.post(f"{sandbox_url}/identity/v1/oauth2/token", auth=("a", "b"))
    assert other.json()["error"] == "unsupported_grant_type"


def test_pages_are_as_documented_and_hold_what_the_other_vendors_do(
    sandbox_url: str, http: httpx.Client
) -> None:
    signed_in(http, sandbox_url)
    first = http.get(f"{sandbox_url}{SEARCH}", params={"q": "kelvarra", "limit": "60"}).json()
    assert (first["limit"], first["offset"], len(first["itemSummaries"])) == (60, 0, 60)
    last = http.get(first["next"]).json()
    assert "next" not in last
    rows = [*first["itemSummaries"], *last["itemSummaries"]]
    assert first["total"] == len(rows)
    params = {"api_key": "k", "query": "kelvarra", "items_per_page": "240"}
    other = http.get(f"{sandbox_url}/structured/ebay/search/v2", params=params).json()["results"]
    numbers = [row["product_url"].rpartition("/")[2] for row in other]
    assert [row["legacyItemId"] for row in rows] == numbers
    assert all(row["itemId"] == f"v1|{row['legacyItemId']}|0" for row in rows)
    item = http.get(rows[0]["itemHref"]).json()
    assert (item["legacyItemId"], item["title"]) == (rows[0]["legacyItemId"], rows[0]["title"])
    narrowed = {"q": "kelvarra", "filter": f"sellers:{{{rows[0]['seller']['username']}}}"}
    of_seller = http.get(f"{sandbox_url}{SEARCH}", params=narrowed).json()["itemSummaries"]
    assert {row["seller"]["username"] for row in of_seller} == {rows[0]["seller"]["username"]}


@pytest.mark.parametrize(
    ("path", "params", "told"),
    [
        (SEARCH, {}, (400, 12001, "API_BROWSE")),
        (SEARCH, {"q": "x", "limit": "201"}, (400, 12013, "API_BROWSE")),
        (SEARCH, {"q": "x", "limit": "0"}, (400, 12013, "API_BROWSE")),
        (SEARCH, {"q": "x", "limit": "60", "offset": "61"}, (400, 12012, "API_BROWSE")),
        (SEARCH, {"q": "x", "limit": "50", "offset": "10000"}, (400, 12012, "API_BROWSE")),
        (f"{API}/item/v1%7C123456789012%7C0", {}, (404, 11001, "API_BROWSE")),
        (f"{API}/item/x", {}, (404, 11001, "API_BROWSE")),
    ],
)
def test_its_refusals(
    sandbox_url: str,
    http: httpx.Client,
    path: str,
    params: dict[str, str],
    told: tuple[int, int, str],
) -> None:
    signed_in(http, sandbox_url)
    assert error_of(http.get(f"{sandbox_url}{path}", params=params)) == told


def test_a_photo_finds_the_copies_of_it_that_no_word_names(
    sandbox_url: str, http: httpx.Client
) -> None:
    signed_in(http, sandbox_url)
    planted = Catalogue().planted("kelvarra")
    found: Counter[str] = Counter()
    for photo in demo_clients()[0].reference_photos.values():
        body = {"image": base64.b64encode(photo).decode()}
        answer = http.post(f"{sandbox_url}{SEARCH}_by_image", json=body).json()
        rows = answer.get("itemSummaries", [])
        assert answer["total"] == len(rows)
        found.update(row["legacyItemId"] for row in rows)
    assert len(planted & set(found)) >= 5
    for nonsense in ("", "&&&", base64.b64encode(b"no photo").decode(), 7, None):
        asked = http.post(f"{sandbox_url}{SEARCH}_by_image", json={"image": nonsense})
        assert error_of(asked)[0] == 400


def test_calls_beyond_the_days_limit_and_tokens_beyond_their_time_are_refused(
    start_sandbox: StartSandbox, http: httpx.Client
) -> None:
    url = start_sandbox("--browse-calls-a-day", "2", "--token-seconds", "3600")
    assert token(http, url).json()["expires_in"] == 3600
    signed_in(http, url)
    asked = [http.get(f"{url}{SEARCH}", params={"q": "mug"}) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert error_of(asked[2]) == (429, 2001, "ACCESS")
    assert "retry-after" not in asked[2].headers
    assert http.get(f"{url}/sandbox/tokens").json() == {"app": 2}
    books = http.get(f"{url}/sandbox/ledger").json()["app"]
    assert (books["requests"], books["credits"]) == (3, 0)


def test_faults_and_odd_values_come_as_often_as_asked_for(
    start_sandbox: StartSandbox, http: httpx.Client
) -> None:
    url = start_sandbox("--fault-401-rate", "0.2", "--fault-429-rate", "0.1")
    statuses: Counter[int] = Counter()
    for _ in range(60):
        signed_in(http, url)
        answer = http.get(f"{url}{SEARCH}", params={"q": "mug"})
        statuses[answer.status_code] += 1
        if answer.status_code == 429:
            assert answer.headers["retry-after"] == "1"
    assert set(statuses) == {200, 401, 429}
    plain, odd = start_sandbox(), start_sandbox("--odd-value-rate", "0.3")
    rows = []
    for address in (plain, odd):
        signed_in(http, address)
        rows.append(http.get(f"{address}{SEARCH}", params={"q": "mug"}).json()["itemSummaries"])
    changed = sum(
        {**before, "image": 0} != {**after, "image": 0}
        for before, after in zip(*_without_addresses(rows), strict=True)
    )
    assert 4 <= changed <= 25


def _without_addresses(pages: list[list[dict[str, object]]]) -> list[list[dict[str, object]]]:
    """Rows without what names the server that sent them."""
    local = ("image", "thumbnailImages", "itemHref", "additionalImages")
    return [[{k: v for k, v in row.items() if k not in local} for row in rows] for rows in pages]
