from __future__ import annotations

import io
import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

from infringement_dagster.matching.listing import PROVIDERS
from resources.client_config import read_client_config
from resources.providers.sandbox.__main__ import main
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.demo import DemoClient, demo_clients
from resources.providers.sandbox.edits import EDITS
from resources.providers.sandbox.faults import FaultRates, fate
from resources.providers.sandbox.photos import Photo
from tests.resources.providers.conftest import StartSandbox

MATCH_MAX_BITS = 10
DISTINCT_MIN_BITS = 12


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def phash(content: bytes, *, mirrored: bool = False) -> imagehash.ImageHash:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return imagehash.phash(ImageOps.mirror(image) if mirrored else image)


def test_the_vendors_refusals(start_sandbox: StartSandbox, http: httpx.Client) -> None:
    url = start_sandbox()

    def status(path: str, **params: str) -> int:
        return http.get(f"{url}{path}", params=params).status_code

    search = "/structured/amazon/search"
    assert status(search, query="x") == 401
    assert status(search, query="x", api_key="") == 401
    assert status("/account") == 401
    assert status(search, api_key="k") == 400
    assert status(search, api_key="k", query=" ") == 400
    assert status(search, api_key="k", query="x", page="two") == 400
    assert status("/structured/amazon/unheard-of", api_key="k", query="x") == 400
    assert status("/structured/amazon/product", api_key="k", asin="B000000000") == 404
    assert status("/photos/nothing.jpg") == 404
    account = http.get(f"{url}/account", params={"api_key": "k"}).json()
    assert (account["requestCount"], account["failedRequestCount"]) == (5, 4)
    books = http.get(f"{url}/sandbox/ledger").json()
    assert (books["k"]["credits"], books["k"]["statuses"]) == (5, {"400": 4, "404": 1})
    assert books[""]["credits"] == 0


def test_an_amazon_page_has_what_real_ones_have(
    start_sandbox: StartSandbox, http: httpx.Client
) -> None:
    url = start_sandbox()
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


def test_the_catalogue_is_the_same_each_time_and_another_for_another_seed() -> None:
    assert Catalogue(3).find("ebay", "huddlet") == Catalogue(3).find("ebay", "huddlet")
    assert Catalogue(3).planted("huddlet") == Catalogue(3).planted("huddlet")
    assert not Catalogue(3).planted("huddlet") & Catalogue(4).planted("huddlet")


def test_every_provider_has_enough_for_sale_and_something_planted() -> None:
    catalogue = Catalogue()
    for client in demo_clients():
        for provider in PROVIDERS:
            found = catalogue.find(provider, client.client_id)
            assert 60 <= len(found) <= 120
            assert (
                sum(item.listing_id in catalogue.planted(client.client_id) for item in found) == 12
            )


def test_a_query_for_no_demo_brand_finds_as_many_fillers_as_wished() -> None:
    catalogue = Catalogue(filler_rows=1000)
    found = catalogue.find("walmart", "garden hose")
    assert len({item.listing_id for item in found}) == 1000
    files = [catalogue.photo_book.file(item.photos[0]) for item in (found[0], found[100])]
    assert files[0] != files[1], "files differ even where the picture repeats"
    assert {phash(file) - phash(files[0] or b"") for file in files if file} == {0}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture(scope="module", params=["kelvarra", "huddlet"])
def client(request: pytest.FixtureRequest) -> DemoClient:
    (wanted,) = (c for c in demo_clients() if c.client_id == request.param)
    return wanted


def test_a_demo_client_is_a_valid_one_with_readable_photos(client: DemoClient) -> None:
    config = read_client_config(client.client_id, 1, client.config)
    assert set(config.searches) == set(PROVIDERS)
    assert len(client.reference_photos) == 12
    hashes = [phash(photo) for photo in client.reference_photos.values()]
    distances = [a - b for n, a in enumerate(hashes) for b in hashes[:n]]
    assert min(distances) >= DISTINCT_MIN_BITS


def test_other_photos_are_far_from_the_references(client: DemoClient, catalogue: Catalogue) -> None:
    references = [
        phash(photo, mirrored=flip)
        for photo in client.reference_photos.values()
        for flip in (False, True)
    ]
    brand = read_client_config("x", 1, client.config).brands[0].name
    others = [
        item
        for item in catalogue.find("ebay", client.client_id)
        if item.brand != brand and item.listing_id not in catalogue.planted(client.client_id)
    ]
    assert len(others) > 50
    for item in others[:25]:
        photo = phash(catalogue.photo_book.file(item.photos[0]) or b"")
        assert min(photo - reference for reference in references) >= DISTINCT_MIN_BITS, item.title


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_an_edited_photo_stays_near_its_original(catalogue: Catalogue, edit: str) -> None:
    original = catalogue.photo_book.file(catalogue.find("ebay", "huddlet")[0].photos[0])
    assert original is not None
    picture = Image.open(io.BytesIO(original)).convert("RGB")
    changed = EDITS[edit](picture)
    if edit == "bordered":  # a margin defeats every global hash until it is trimmed
        margin = (changed.width - picture.width) // 2
        changed = ImageOps.crop(changed, margin)
    if edit == "mirrored":
        changed = ImageOps.mirror(changed)
    assert imagehash.phash(changed) - imagehash.phash(picture) <= MATCH_MAX_BITS
    if edit != "recompressed":
        assert (
            changed.size != picture.size
            or np.any(np.asarray(changed) != np.asarray(picture))
            or (edit in {"bordered", "mirrored"})
        )


def test_nothing_but_words_photos_prices_and_sellers_tells_a_copy(catalogue: Catalogue) -> None:
    for client in demo_clients():
        planted = catalogue.planted(client.client_id)
        items = [i for p in PROVIDERS for i in catalogue.find(p, client.client_id)]
        copies = [item for item in items if item.listing_id in planted]
        others = [item for item in items if item.listing_id not in planted]
        assert {item.seller for item in copies} <= {item.seller for item in others}
        assert copies
        assert similar([item.stars for item in copies], [item.stars for item in others])
        assert similar(
            [math.log1p(item.review_count) for item in copies],
            [math.log1p(item.review_count) for item in others],
        )


def similar(some: list[float], others: list[float]) -> bool:
    apart = abs(statistics.mean(some) - statistics.mean(others))
    return apart < 0.5 * statistics.stdev([*some, *others])


def test_a_photo_is_drawn_quickly(catalogue: Catalogue) -> None:
    names = [item.photos[0] for item in catalogue.find("google_shopping", "kelvarra")]
    started = time.process_time()
    for name in names:
        assert catalogue.photo_book.file(name)
    assert (time.process_time() - started) / len(names) < 0.05


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


def test_photos_of_a_folder_are_dealt_to_captured_pictures(
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


def test_a_photo_in_each_format() -> None:
    picture = next(iter(Catalogue().photo_book._photos.values())).picture
    formats = {
        Image.open(io.BytesIO(Photo(picture, format=wanted).encode())).format
        for wanted in ("jpg", "png", "webp")
    }
    assert formats == {"JPEG", "PNG", "WEBP"}
