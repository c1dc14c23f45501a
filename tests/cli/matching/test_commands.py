from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import ImageOps
from typer.testing import CliRunner, Result

from infringement_dagster.cli.app import app
from infringement_dagster.cli.matching.tables import UnreadableTableError, read_table, write_table
from tests.support.photos import encoded, product


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    ours = product(50)
    for name, image in {
        "ours.jpg": ours,
        "mirrored.jpg": ImageOps.mirror(ours),
        "cropped.jpg": ours.crop((40, 40, 440, 440)),
        "other.jpg": product(51),
    }.items():
        (tmp_path / name).write_bytes(encoded(image, quality=80))
    written(tmp_path / "broken.jpg", "no photo")
    return tmp_path


def pairs_file(photos: Path) -> Path:
    names = ("mirrored.jpg", "cropped.jpg", "other.jpg", "broken.jpg", "absent.jpg")
    rows = (f"ours.jpg,{name},{number}" for number, name in enumerate(names))
    return written(photos / "pairs.csv", "reference,candidate,own column", *rows)


def test_match_photos_judges_pairs_and_names_bad_rows(photos: Path) -> None:
    out = photos / "out" / "told.csv"
    result = run("match", "images", pairs_file(photos), "--out", out)
    assert result.exit_code == 0, result.output
    mirrored, cropped, other, broken, absent = rows_of(out)
    assert float(mirrored["similarity"]) > 0.9
    assert float(cropped["similarity"]) > 0.9
    assert cropped["tier"] == "local"
    assert float(other["similarity"]) < 0.4
    assert int(other["distance_bits_pdq"]) > 80
    assert broken["similarity"] == absent["similarity"] == ""
    assert "broken.jpg" in broken["reason"]
    assert "absent.jpg" in absent["reason"]
    assert [row["own column"] for row in rows_of(out)] == ["0", "1", "2", "3", "4"]


def test_the_hash_tier_sees_mirrors_but_no_crops(photos: Path) -> None:
    out = photos / "told.csv"
    run("match", "images", pairs_file(photos), "--out", out, "--tier", "hash")
    mirrored, cropped, *_ = rows_of(out)
    assert float(mirrored["similarity"]) > 0.9
    assert {mirrored["tier"], cropped["tier"]} == {"hash"}
    assert float(cropped["similarity"]) < float(mirrored["similarity"])


def test_match_photos_tells_the_distances_of_further_hashes(photos: Path) -> None:
    out = photos / "told.csv"
    hashes = ["--hash", "average_hash_16", "--hash", "crop_resistant_hash"]
    result = run("match", "images", pairs_file(photos), "--out", out, "--tier", "hash", *hashes)
    assert result.exit_code == 0, result.output
    mirrored, cropped, other, broken, _ = rows_of(out)
    bits = [int(row["distance_bits_average_hash_16"]) for row in (cropped, other)]
    assert 0 < bits[0] < bits[1] <= 256
    share = [float(row["distance_share_crop_resistant_hash"]) for row in (cropped, other)]
    assert 0 <= share[0] <= share[1] <= 1
    assert broken["distance_bits_average_hash_16"] == ""
    assert mirrored["distance_bits_phash"] != ""
    refused = run("match", "images", pairs_file(photos), "--out", out, "--hash", "wash")
    assert refused.exit_code == 2
    assert "did you mean whash?" in " ".join(refused.output.split())


def test_match_titles_judges_titles_and_names_bad_rows(tmp_path: Path) -> None:
    titles = written(
        tmp_path / "titles.csv",
        "brand,title,kind",
        "Veldora,Veldora bottle,exact",
        "Veldora,Ve1dora bottle,x",
        "Veldora,case for Veldora,x",
        "Veldora,garden hose,x",
        ",garden hose,x",
    )
    out = tmp_path / "told.csv"
    assert run("match", "titles", titles, "--out", out).exit_code == 0
    exact, disguised, mentioned, nothing, nameless = rows_of(out)
    assert (exact["kind"], exact["matched_text"], float(exact["brand_use"])) == (
        "exact",
        "veldora",
        1.0,
    )
    assert disguised["kind"] == "look_alike"
    assert float(mentioned["nominative"]) == 1.0
    assert (nothing["kind"], float(nothing["brand_use"])) == ("none", 0.0)
    assert (nameless["kind"], nameless["brand_use"]) == ("no_brand", "")


@pytest.mark.parametrize("command", ["images", "titles"])
def test_an_empty_table_gives_an_empty_table(tmp_path: Path, command: str) -> None:
    empty = written(tmp_path / "in.csv", "reference,candidate,brand,title")
    assert run("match", command, empty, "--out", tmp_path / "out.csv").exit_code == 0
    assert rows_of(tmp_path / "out.csv") == []


@pytest.mark.parametrize("content", [None, "brand\nAcme\n", ""])
def test_a_table_without_the_columns_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "in.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UnreadableTableError, match=r"in\.csv"):
        read_table(path, ("brand", "title"))


def test_evaluate_prints_recall_and_saves_plots(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("images", "images_attacked_sample", "text"):
        (data / folder).mkdir(parents=True)
    attacks = ["file,original,attack"]
    for seed in range(60, 66):
        image = product(seed, 300)
        (data / "images" / f"{seed}.jpg").write_bytes(encoded(image))
        edited = data / "images_attacked_sample" / f"{seed}_mirror.jpg"
        edited.write_bytes(encoded(ImageOps.mirror(image), quality=70))
        attacks.append(f"{edited.name},{seed}.jpg,mirror")
    written(data / "images_attacked_sample" / "attacks.csv", *attacks)
    written(
        data / "text" / "misspellings.csv",
        "brand,title,label,kind",
        "Veldora,Veldroa bottle,positive,transposition",
        "Veldora,Veldora bottle,exact,",
        "Veldora,garden hose,negative,",
        "Veldora,explorer bottle,negative_hard,",
        "Veldora,case for Veldora,nominative,",
    )
    result = run("evaluate", "--data", data, "--out", tmp_path / "plots", "--originals", "1")
    assert result.exit_code == 0, result.output
    mirror = next(line for line in result.output.splitlines() if "mirror" in line)
    assert mirror.count("1.00") == 2
    assert "End to end against 6 references" in " ".join(result.output.split())
    seen = [line for line in result.output.splitlines() if "mirror" in line][1]
    assert "1.00" in seen  # comes to review under a title without the brand
    other = next(line for line in result.output.splitlines() if "other products" in line)
    assert "0.000" in other
    cropped = next(line for line in result.output.splitlines() if "crop 10%" in line)
    assert cropped.count("1.00 of 1") == 2  # fitted and held out
    assert "at the scorer's cut 0.4" in " ".join(result.output.split())
    assert "Mere mentions taken for claims" in result.output
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {
        "recall_per_edit.png",
        "roc_photos.png",
        "roc_titles.png",
        "reliability.png",
    }


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    write_table(out, ["title", "n"], [{"title": "=HYPERLINK(1)", "n": "1"}, {"title": "\uff1d1"}])
    assert [row["title"] for row in rows_of(out)] == ["'=HYPERLINK(1)", "'\uff1d1"]
