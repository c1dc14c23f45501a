from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from resources.providers.sandbox.__main__ import main
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.faults import FaultRates, fate
from tests.support.sandbox_processes import StartSandbox


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def test_the_vendors_refusals(sandbox_url: str, http: httpx.Client) -> None:
    url = sandbox_url

    def status(path: str, **params: str) -> int:
        return http.get(f"{url}{path}", params=params).status_code

    search = "/structured/amazon/search"
    assert status(search, query="x") == 401
    assert status(search, query="x", api_key="") == 401
    assert status("/account") == 401
    assert status(search, api_key="refused") == 400
    assert status(search, api_key="refused", query=" ") == 400
    assert status(search, api_key="refused", query="x", page="two") == 400
    assert status("/structured/amazon/unheard-of", api_key="refused", query="x") == 400
    assert status("/structured/amazon/product", api_key="refused", asin="B000000000") == 404
    assert status("/photos/nothing.jpg") == 404
    account = http.get(f"{url}/account", params={"api_key": "refused"}).json()
    assert (account["requestCount"], account["failedRequestCount"]) == (5, 4)
    books = http.get(f"{url}/sandbox/ledger").json()
    assert (books["refused"]["credits"], books["refused"]["statuses"]) == (5, {"400": 4, "404": 1})
    assert books[""]["credits"] == 0


def test_an_amazon_page_has_what_real_ones_have(sandbox_url: str, http: httpx.Client) -> None:
    url = sandbox_url
    params = {"api_key": "k", "query": "kelvarra", "tld": "com"}
    rows = []
    for page in ("1", "2", "3"):
        answer = http.get(f"{url}/structured/amazon/search/v1", params={**params, "page": page})
        assert answer.headers["sa-credit-cost"] == "5"
        assert answer.headers["sa-statuscode"] == "200"
        rows += answer.json()["results"]
    first = http.get(f"{url}/structured/amazon/search", params=params).json()
    pages = [httpx.URL(link).params["page"] for link in first["next_pages"]]
    assert pages == ["2", "3"]
    adverts = [row for row in rows if "asin" not in row]
    assert adverts
    assert all(row["section_name"] and "/sspa/click" in row["url"] for row in adverts)
    asins = Counter(row["asin"] for row in rows if "asin" in row)
    assert any(times > 1 for times in asins.values())
    photo = http.get(rows[0]["image"])
    assert photo.headers["content-type"].startswith("image/")
    assert Image.open(io.BytesIO(photo.content)).size[0] >= 250
    beyond = http.get(f"{url}/structured/amazon/search", params={**params, "page": "99"})
    assert (beyond.status_code, beyond.json()["results"]) == (200, [])


def test_google_tells_pages_by_their_first_row_and_ignores_their_number(
    sandbox_url: str, http: httpx.Client
) -> None:
    def ids(**params: str) -> list[str]:
        asked = {"api_key": "k", "query": "kelvarra", **params}
        answer = http.get(f"{sandbox_url}/structured/google/shopping", params=asked)
        return [row["product_id"] for row in answer.json()["shopping_results"]]

    everything = ids(num="100")
    assert ids(num="30", start="30") == everything[30:60]
    assert ids(num="30", page="2") == everything[:30]
    assert ids(num="100", start="100") == []


def test_too_many_at_once_are_refused_and_uncharged(
    start_sandbox: StartSandbox, http: httpx.Client
) -> None:
    url = start_sandbox("--concurrency-limit", "2", "--latency-ms", "300")
    params = {"api_key": "k", "query": "mug"}
    with ThreadPoolExecutor(5) as pool:
        asks = [
            pool.submit(http.get, f"{url}/structured/ebay/search/v2", params=params)
            for _ in range(5)
        ]
    assert Counter(ask.result().status_code for ask in asks) == {200: 2, 429: 3}
    assert http.get(f"{url}/sandbox/ledger").json()["k"]["credits"] == 2


def test_a_client_that_leaves_is_not_charged(
    start_sandbox: StartSandbox, http: httpx.Client, tmp_path: Path
) -> None:
    log = tmp_path / "requests.jsonl"
    url = start_sandbox("--latency-ms", "400", "--log", str(log))
    with pytest.raises(httpx.ReadTimeout):
        http.get(f"{url}/structured/ebay/search/v2?api_key=k&query=mug", timeout=0.1)
    http.get(f"{url}/structured/ebay/search/v2?api_key=k&query=mug")
    assert http.get(f"{url}/sandbox/ledger").json()["k"]["credits"] == 1
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["status"], line["credits"]) for line in lines] == [(499, 0), (200, 1)]
    assert all(line["finished_at"] > line["started_at"] for line in lines)


def test_faults_fall_at_their_rate_and_the_same_way_again() -> None:
    rates = FaultRates(too_many=0.1, gave_up=0.2, timeout=0.05, empty=0.1, truncated=0.05)
    fates = [fate(rates, 1, number) for number in range(4000)]
    shares = {fault: count / 4000 for fault, count in Counter(f.fault for f in fates).items()}
    expected = {"too_many": 0.1, "gave_up": 0.2, "timeout": 0.05, "empty": 0.1, "truncated": 0.05}
    assert shares == pytest.approx({**expected, "none": 0.5}, abs=0.03)
    assert fates == [fate(rates, 1, number) for number in range(4000)]
    assert fates != [fate(rates, 2, number) for number in range(4000)]


def photo_folder(folder: Path) -> Path:
    folder.mkdir()
    for number, item in enumerate(Catalogue().find("ebay", "kelvarra")[:5]):
        content = Catalogue().photo_book.file(item.photos[0]) or b""
        (folder / f"{number}{Path(item.photos[0]).suffix}").write_bytes(content)
    return folder


def capture_folder(folder: Path) -> Path:
    folder.mkdir()
    row = '{"asin": "B0TESTASIN", "name": "Men’s mug", "image": "https:\\/\\/i.example\\/1.jpg"}'
    page = f'{{"results": [{row}], "next_pages": []}}'
    (folder / "amazon-search-mug-page1.json").write_bytes(page.encode("cp1252"))
    (folder / "amazon-search-mug-page1.utf8.json").write_text("{}")
    (folder / "amazon-search-tea-cup-page1.json").write_text('{"results": ["cup"]}')
    ebay = (
        '[{"product_url": "https://e.example/a.jpg.html", "image": "https://i.example/2.webp?s=1"}]'
    )
    (folder / "ebay-search-mug-page2.utf8.json").write_text(ebay)
    return folder


def test_captures_are_replayed_byte_for_byte(
    start_sandbox: StartSandbox, http: httpx.Client, tmp_path: Path
) -> None:
    folder = capture_folder(tmp_path / "captures")
    url = start_sandbox("--captures", str(folder))

    def page(endpoint: str, query: str, page_no: int = 1) -> bytes:
        params = {"api_key": "k", "query": query, "page": str(page_no)}
        return http.get(f"{url}/structured/{endpoint}", params=params).content

    mug = (folder / "amazon-search-mug-page1.json").read_bytes()
    assert page("amazon/search", "anything") == mug
    assert page("amazon/search", "blue cup") == b'{"results": ["cup"]}'
    assert json.loads(page("amazon/search", "mug", 2))["results"] == []
    assert json.loads(page("ebay/search/v2", "mug")) == []
    assert b"i.example/2.webp" in page("ebay/search/v2", "mug", 2)
    assert json.loads(page("walmart/search", "mug"))["items"] == []


def test_photos_of_a_folder_are_dealt_to_captured_photos(
    start_sandbox: StartSandbox, http: httpx.Client, tmp_path: Path
) -> None:
    photos = photo_folder(tmp_path / "photos")
    options = ("--captures", str(capture_folder(tmp_path / "captures")), "--photos", str(photos))
    files = {path.read_bytes() for path in photos.iterdir()}
    dealt = []
    for url in (start_sandbox(*options), start_sandbox(*options)):
        search = f"{url}/structured/amazon/search?api_key=k&query=mug"
        content = http.get(search).content
        image = json.loads(content.decode("cp1252"))["results"][0]["image"]
        assert image.startswith(f"{url}/photos/")
        dealt.append(http.get(image).content)
        ebay = http.get(f"{url}/structured/ebay/search/v2?api_key=k&query=mug&page=2").json()
        assert ebay[0]["product_url"] == "https://e.example/a.jpg.html"
        assert http.get(ebay[0]["image"]).content in files
    assert dealt[0] == dealt[1]
    assert dealt[0] in files


@pytest.mark.parametrize(
    "options",
    [["--photos", "."], ["--captures", "no-such-folder"], ["--port", "many"]],
)
def test_options_that_make_no_sense_end_with_code_2(options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
