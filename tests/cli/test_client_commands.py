"""`infringement clients`, `references` and `config`, on the database of the test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infringement_dagster.cli.app import app
from infringement_dagster.cli.clients.clients import ConfigMissing
from infringement_dagster.clients.config_document import BadClientConfig
from infringement_dagster.clients.config_example import LEAST
from infringement_dagster.photos.references import SimpleLogo, UnusablePhoto
from resources.postgres.clients.client_store import BadClientId, ClientExists
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.support.listing_files import offers, write_json_lines
from tests.support.photos import encoded, product
from tests.support.worded_photos import drawn_logo


@pytest.fixture(autouse=True)
def installation(
    database_urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    monkeypatch.setenv("DATABASE_URL", admin_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", admin_url)  # it must exist, no more
    monkeypatch.setenv("INFRINGEMENT_HOME", str(tmp_path / "home"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LEAST))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "front.jpg").write_bytes(encoded(product(1), "JPEG"))
    (folder / "back.jpg").write_bytes(encoded(product(2), "JPEG"))
    return folder


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def clients() -> list[str]:
    return [row["client_id"] for row in json.loads(run("clients", "list", "--json"))]


@pytest.mark.parametrize("refused", ["config", "photo", "id"])
def test_a_refused_client_leaves_nothing_behind(
    refused: str, config: Path, photos: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    if refused == "config":
        config.write_text(json.dumps({**LEAST, "brands": [{"name": ""}]}))
    named = broken if refused == "photo" else photos
    client_id = "Not A Slug" if refused == "id" else "acme"
    arguments = ["clients", "add", client_id, "--config", config, "--reference", named]
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    expected = {"config": BadClientConfig, "photo": UnusablePhoto, "id": BadClientId}
    assert isinstance(done.exception, expected[refused])
    assert "violates" not in str(done.exception)
    assert clients() == []
    assert not list((tmp_path / "home" / "objects").rglob("*.*"))


def test_a_client_is_made_without_a_config_and_takes_photos_later(photos: Path) -> None:
    arguments = ["clients", "add", "acme", "--name", "Acme"]
    with_photos = CliRunner().invoke(app, [*arguments, "--reference", str(photos)])
    assert isinstance(with_photos.exception, ConfigMissing)
    assert clients() == []
    assert "users create ADDRESS --client acme --role admin --link" in run(*arguments)
    assert clients() == ["acme"]
    run("references", "add", "acme", photos)
    again = CliRunner().invoke(app, arguments)
    assert isinstance(again.exception, ClientExists)
    (entry,) = json.loads(run("audit", "--client", "acme", "--json"))
    assert entry["action"] == "client.created"


def test_other_files_of_a_photo_folder_are_named_and_skipped(config: Path, photos: Path) -> None:
    (photos / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (photos / "prices.txt").write_text("29.00")
    (photos / "old").mkdir()
    said = run("clients", "add", "acme", "--config", config, "--reference", photos)
    assert all(f"{photos / name}" in said for name in (".DS_Store", "prices.txt", "old"))
    assert "2 reference photos" in said


def test_references_are_added_listed_and_removed(config: Path, photos: Path) -> None:
    run("clients", "add", "acme", "--config", config)
    run("references", "add", "acme", photos, "--brand", "Kelvarra")
    listed = json.loads(run("references", "list", "acme", "--json"))
    assert {(row["file_name"], row["brand"], row["kind"]) for row in listed} == {
        ("back.jpg", "Kelvarra", "photo"),
        ("front.jpg", "Kelvarra", "photo"),
    }
    assert listed[0]["reference_id"] in run("references", "list", "acme")
    run("references", "remove", "acme", listed[0]["reference_id"])
    (left,) = json.loads(run("references", "list", "acme", "--json"))
    assert left == listed[1]


SWOOSH = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
<path fill="#123" d="M10 50C30 80 60 80 90 20Z"/></svg>"""


def test_logos_are_added_and_too_simple_ones_of_a_folder_skipped(
    config: Path, tmp_path: Path
) -> None:
    logos = tmp_path / "logos"
    logos.mkdir()
    (logos / "mark.png").write_bytes(encoded(drawn_logo(1), "PNG"))
    (logos / "swoosh.svg").write_text(SWOOSH)
    run("clients", "add", "acme", "--config", config)
    said = run("references", "add", "acme", logos, "--kind", "logo")
    assert f"skipped {logos / 'swoosh.svg'}" in said
    (kept,) = json.loads(run("references", "list", "acme", "--json"))
    assert (kept["file_name"], kept["kind"]) == ("mark.png", "logo")
    named = ["references", "add", "acme", str(logos / "swoosh.svg"), "--kind", "logo"]
    assert isinstance(CliRunner().invoke(app, named).exception, SimpleLogo)


def test_a_client_is_suspended_and_resumed(config: Path, database: Database) -> None:
    run("clients", "add", "acme", "--config", config)
    run("clients", "suspend", "acme")
    assert json.loads(run("clients", "show", "acme", "--json"))["state"] == "suspended"
    run("clients", "resume", "acme")
    assert json.loads(run("clients", "show", "acme", "--json"))["state"] == "active"
    told = json.loads(run("audit", "--client", "acme", "--json"))
    assert [item["action"] for item in told] == ["client.active", "client.suspended"]


def test_a_config_is_checked_from_its_file(config: Path) -> None:
    assert "a valid config" in run("config", "check", config)
    assert json.loads(run("config", "schema"))["title"] == "Config of a client"
    config.write_text(json.dumps({**LEAST, "colour": "red"}))
    done = CliRunner().invoke(app, ["config", "check", str(config)])
    assert done.exit_code == 1
    assert done.output.startswith("/colour: there is no such field")


def test_a_file_of_listings_is_imported_and_its_faults_are_told_and_written(
    config: Path, tmp_path: Path
) -> None:
    run("clients", "add", "acme", "--name", "Acme", "--config", config)
    rows = [row | {"price": "x"} if at % 2 else row for at, row in enumerate(offers("a")[:30])]
    path = write_json_lines(tmp_path / "kelmarkt.jsonl", [*rows, {"url": "y", "sku": 1}])
    told = run("listings", "import", "acme", path)
    assert "15 of 31 rows of kelmarkt.jsonl imported as 'kelmarkt'; 16 bad, 0 repeated" in told
    assert "  line 2: price 'x' is no number from 0 to 10^12\n" in told
    assert "  and 6 more; --faults FILE writes all of them\n" in told
    assert "nothing is read of the columns sku" in told
    assert 'add "file": {"queries": ["kelmarkt"]} to its searches' in told
    faults = tmp_path / "faults.jsonl"
    run("listings", "import", "acme", path, "--faults", faults, "--json")
    assert len(faults.read_text().splitlines()) == 16
    (kept,) = json.loads(run("listings", "list", "acme", "--json"))
    assert (kept["name"], kept["stored"], kept["imported_by"]) == ("kelmarkt", 15, "command line")
    assert "kelmarkt.jsonl" in run("listings", "list", "acme")
