from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner, Result

from infringement_dagster.cli.app import app
from infringement_dagster.cli.matching.client_files import UnreadableClientError, load_config
from infringement_dagster.cli.matching.judgement_table import judge_folder, judgement_table
from infringement_dagster.cli.matching.listing_rows import Unsaid, listing_row
from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import BothWays, extract_both_ways
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.scoring.exchange_rates import UnreadableRates
from resources.descriptors.onnx_descriptor import DescriptorNotUsable
from tests.support.onnx_models import kept_model
from tests.support.photos import encoded, product
from tests.support.reading import needs_ocr
from tests.support.worded_photos import worded_photo

CONFIG = {
    "brands": [{"name": "Veldora", "price_floor": {"amount": "80.00", "currency": "USD"}}],
    "searches": {"ebay": {"queries": ["veldora"]}},
    "allowed_sellers": ["Veldora Official"],
}
HEADER = "listing_id,provider,title,description,photos,price,currency,seller,condition,rank"
OURS, OTHER = product(20), product(21)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["match", "listings", *map(str, arguments)])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    client = tmp_path / "acme"
    for name, image in {
        "references/front.jpg": OURS,
        "photos/copy.jpg": OURS,
        "photos/o.jpg": OTHER,
    }.items():
        (client / name).parent.mkdir(parents=True, exist_ok=True)
        (client / name).write_bytes(encoded(image, quality=80))
    (client / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    listed(
        client,
        "1,ebay,Veldora bottle,,photos/o.jpg;photos/copy.jpg,20,USD,deals,new,1",
        "2,ebay,Veldora bottle,,photos/copy.jpg,95.00,USD,Veldora Official,new,2",
        "3,ebay,Garden hose,,photos/o.jpg,12,USD,green,new,3",
    )
    return client


def listed(client: Path, *lines: str) -> None:
    (client / "listings.csv").write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")


def told(client: Path, *arguments: object) -> list[dict[str, str]]:
    out = client / "out" / "told.csv"
    result = run(client, "--out", out, *arguments)
    assert result.exit_code == 0, result.output
    return rows_of(out)


def test_a_client_folder_is_judged_row_by_row(folder: Path) -> None:
    rows = told(folder)
    assert list(rows[0]) == [
        *HEADER.split(","),
        "probability", "flagged", "violation_type", "looked", "reference", "signals", "cpu_ms",
    ]  # fmt: skip
    copy, official, hose = rows
    assert [row["flagged"] for row in rows] == ["true", "false", "false"]
    assert float(copy["probability"]) > 0.5 > float(official["probability"])
    assert copy["violation_type"] == "counterfeit_suspicion"
    assert (copy["reference"], copy["rank"]) == ("front.jpg", "1")
    assert {row["looked"] for row in rows} <= {"true", "false"}
    assert all(float(row["cpu_ms"]) > 0 for row in rows)
    signals = {signal["name"]: signal for signal in json.loads(copy["signals"])}
    assert signals["low_price"]["value"] > 0.5
    assert "20.00 USD" in signals["low_price"]["explanation"]
    assert float(hose["probability"]) < 0.1


def test_prices_are_converted_by_the_operator_s_own_tables(folder: Path) -> None:
    listed(folder, "1,ebay,Veldora bottle,,photos/o.jpg,1500,RUB,deals,new,1")
    bank, own = folder / "bank.csv", folder / "own.csv"
    bank.write_text("Date,USD\n2026-11-27,1.25\n", encoding="utf-8")
    own.write_text("Date,RUB\n2026-11-26,100\n", encoding="utf-8")
    lacking, known = told(folder, "--rates", bank), told(folder, "--rates", bank, "--rates", own)
    (without,), (priced,) = lacking, known
    assert float(without["probability"]) < 0.5 < float(priced["probability"])
    signals = {signal["name"]: signal for signal in json.loads(priced["signals"])}
    assert "1 USD = 80 RUB" in signals["low_price"]["explanation"]
    own.write_text("rouble 100", encoding="utf-8")
    refused = run(folder, "--out", folder / "out.csv", "--rates", own)
    assert isinstance(refused.exception, UnreadableRates)
    assert "own.csv: the CSV's first column is not Date" in str(refused.exception)


def test_further_hashes_and_a_descriptor_are_looked_at_as_in_a_scan(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {**CONFIG, "further_hashes": ["whash", "colorhash"], "weights": {"whash": 10}}
    before = told(folder)
    (folder / "config.json").write_text(json.dumps(named), encoding="utf-8")
    monkeypatch.setenv("COPY_DESCRIPTOR_MODEL", str(kept_model(tmp_path)))
    after = told(folder)
    signals = {signal["name"]: signal for signal in json.loads(after[0]["signals"])}
    assert " of 64 bits (0." in signals["whash"]["explanation"]
    assert " of 42 bits (0." in signals["colorhash"]["explanation"]
    assert float(after[0]["probability"]) > float(before[0]["probability"])
    monkeypatch.setenv("COPY_DESCRIPTOR_MODEL", str(tmp_path / "absent.onnx"))
    refused = run(folder, "--out", folder / "refused.csv")
    assert isinstance(refused.exception, DescriptorNotUsable)
    assert not (folder / "refused.csv").exists()


def test_a_csv_with_config_and_references_named_is_judged_alike(folder: Path) -> None:
    whole = told(folder)
    out = folder / "apart.csv"
    config, references = folder / "config.json", folder / "references"
    given = ("--config", config, "--references", references, "--out", out)
    assert run(folder / "listings.csv", *given).exit_code == 0
    left_out = {"cpu_ms"}
    assert [{k: v for k, v in row.items() if k not in left_out} for row in rows_of(out)] == [
        {k: v for k, v in row.items() if k not in left_out} for row in whole
    ]


def test_the_file_is_judged_as_the_scorer_judges_each_listing(folder: Path) -> None:
    content = (folder / "photos/copy.jpg").read_bytes()
    both = extract_both_ways(content)
    assert isinstance(both, BothWays)
    ours = Photo("x", hash_photo(content), both.upright)
    brand = Brand("Veldora", price_floor=PriceFloor(Decimal(80), "USD"))
    config = ClientConfig(1, (brand,), {}, allowed_sellers=("Veldora Official",))
    listing = Listing(
        "ebay", "9", "Veldora bottle", "", price=Price(Decimal(20), Decimal(20), "USD")
    )
    listing = replace(listing, seller=Seller("deals"), condition="new")
    score = Scorer(config, [Reference("front.jpg", ours, points=both)]).score(listing, [ours])
    listed(folder, "9,ebay,Veldora bottle,,photos/copy.jpg,20,USD,deals,new,1")
    assert float(told(folder)[0]["probability"]) == pytest.approx(score.probability, abs=0.02)


def test_bad_rows_are_named_and_none_is_lost(folder: Path) -> None:
    (folder / "photos/broken.jpg").write_bytes(b"no photo")
    listed(
        folder,
        "1,ebay,Veldora bottle,,photos/broken.jpg;photos/gone.jpg,cheap,USD,deals,new,1",
        "2,etsy,Veldora bottle,,,20,dollars,deals,mint,2",
        ",,,,,,,,,",
    )
    out = folder / "told.csv"
    result = run(folder, "--out", out)
    assert result.exit_code == 0, result.output
    rows = rows_of(out)
    assert len(rows) == 3
    assert all(row["probability"] for row in rows)
    for named in (
        "broken.jpg",
        "gone.jpg",
        "'cheap'",
        "'etsy'",
        "DOLLARS",
        "'mint'",
        "row 2",
        "row 3",
    ):
        assert named in result.stderr


def test_listings_of_one_seller_see_each_other(folder: Path) -> None:
    lines = [f"{at},ebay,Veldora bottle {at} oz,,,60,USD,deals,new,{at}" for at in range(8)]
    listed(folder, *lines)
    many = json.loads(told(folder)[0]["signals"])
    listed(folder, lines[0])
    alone = json.loads(told(folder)[0]["signals"])

    def template(signals: list[dict[str, object]]) -> object:
        return next(signal["value"] for signal in signals if signal["name"] == "batch_template")

    assert template(alone) == 0
    assert template(many) != 0


def test_any_column_may_be_missing(folder: Path) -> None:
    (folder / "listings.csv").write_text("title\nVeldora bottle\n", encoding="utf-8")
    row = told(folder)[0]
    assert row["title"] == "Veldora bottle"
    assert 0 < float(row["probability"]) < 1


def test_an_empty_file_gives_the_columns(folder: Path) -> None:
    (folder / "listings.csv").write_text(HEADER + "\n", encoding="utf-8")
    assert told(folder) == []


@pytest.mark.parametrize("content", ["{", '{"brands": []}', None])
def test_a_config_that_cannot_be_read_says_why(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "config.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Exception, match=r"config|brands"):
        load_config(path)


def test_references_without_a_photo_are_refused(folder: Path) -> None:
    (folder / "references/front.jpg").write_bytes(b"no photo")
    result = run(folder, "--out", folder / "o.csv")
    assert isinstance(result.exception, UnreadableClientError)


@pytest.mark.parametrize(
    ("price", "currency", "low", "high"),
    [("20", "USD", "20", "20"), ("9.95-72.00", "usd", "9.95", "72.00"), ("72 - 9", "", "9", "72")],
)
def test_prices_are_a_number_or_a_range(price: str, currency: str, low: str, high: str) -> None:
    cells = {"price": price, "currency": currency}
    row = listing_row(2, cells, Path(), Unsaid("ebay", "USD"))
    assert row.listing.price == Price(Decimal(low), Decimal(high), "USD")
    assert row.problems == ()


def test_labelled_folders_are_told_in_figures(folder: Path) -> None:
    (folder / "labels.csv").write_text(
        "listing_id,label,violation_type\n1,infringing,counterfeit_suspicion\n"
        "2,lawful,\n3,lawful,\n"
    )
    judged = judge_folder(folder.parent)
    assert [item.label for item in judged] == ["infringing", "lawful", "lawful"]
    console = Console(file=io.StringIO(), width=200)
    console.print(judgement_table(judged))
    assert isinstance(console.file, io.StringIO)
    told = console.file.getvalue().splitlines()
    assert next(line for line in told if "acme" in line).count("1.000") == 4
    assert judge_folder(folder / "nothing") == []


def test_a_photo_of_the_client_is_found_beside_another(folder: Path) -> None:
    inset = Image.new("RGB", (480, 480), "grey")
    inset.paste(OURS.resize((240, 240)), (240, 0))
    (folder / "photos/inset.jpg").write_bytes(encoded(inset))
    listed(folder, "1,ebay,Veldora bottle,,photos/o.jpg;photos/inset.jpg,20,USD,deals,new,1")
    assert told(folder)[0]["reference"] == "front.jpg"


@needs_ocr
def test_words_in_photos_are_read_where_the_config_says_so(folder: Path) -> None:
    quiet = worded_photo(3, "VELDORA", share=0.2).content
    (folder / "photos/quiet.jpg").write_bytes(quiet)
    (folder / "photos/other.jpg").write_bytes(worded_photo(4, "Maplewood").content)
    listed(
        folder,
        "1,ebay,steel trail bottle,,photos/quiet.jpg,20,USD,deals,new,1",
        "2,ebay,steel trail bottle,,photos/other.jpg,20,USD,deals,new,2",
    )
    before = told(folder)
    brands = [{**CONFIG["brands"][0], "categories": ["bottle"]}]  # type: ignore[index]
    config = {**CONFIG, "brands": brands, "text_in_photos": {"when": "earned"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    read, other = told(folder)
    assert [row["flagged"] for row in before] == ["false", "false"]
    assert (read["flagged"], read["violation_type"]) == ("true", "counterfeit_suspicion")
    assert (other["flagged"], other["probability"]) == ("false", before[1]["probability"])
    signals = {signal["name"]: signal for signal in json.loads(read["signals"])}
    assert "'VELDORA' in a photo reads as Veldora" in signals["brand_in_photo"]["explanation"]
    unread = {signal["name"]: signal for signal in json.loads(before[0]["signals"])}[
        "brand_in_photo"
    ]
    assert unread["value"] is None
    assert "`text_in_photos` of the config is off" in unread["explanation"]
