"""Dashboard and alert rules ask for what `/metrics` tells, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from dagster_shared.yaml_utils import load_yaml_from_path
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.installation_metrics import GAUGES, PREFIX
from api.settings import ApiSettings
from infringement_dagster.domain.event import NewEvent
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from resources.settings import PROJECT_DIR
from tests.support.furnishing import furnish

DASHBOARD = PROJECT_DIR / "deploy" / "grafana" / "infringement.json"
ALERTS = PROJECT_DIR / "deploy" / "prometheus" / "alerts.yml"
_NUMBER = {"type": "integer", "minimum": 0}
# What Grafana asks of a dashboard model of this schemaVersion, as far as ours uses it.
SCHEMA = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "panels", "templating", "time"],
    "properties": {
        "uid": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,40}$"},
        "title": {"type": "string", "minLength": 1},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "panels": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "type", "gridPos"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "type": {"enum": ["row", "stat", "timeseries"]},
                    "gridPos": {
                        "type": "object",
                        "required": ["x", "y", "w", "h"],
                        "properties": {"x": _NUMBER, "y": _NUMBER, "w": _NUMBER, "h": _NUMBER},
                        "additionalProperties": False,
                    },
                    "targets": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "object", "required": ["refId", "expr"]},
                    },
                },
                "if": {"properties": {"type": {"const": "row"}}},
                "else": {"required": ["targets", "datasource", "fieldConfig"]},
            },
        },
    },
}


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return read


def test_the_dashboard_is_one_that_grafana_loads() -> None:
    document = dashboard()
    Draft202012Validator(SCHEMA).validate(document)
    panels = document["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert max(place["x"] + place["w"] for place in places) <= 24
    assert [pair for pair in combinations(places, 2) if overlap(*pair)] == []
    (variable,) = document["templating"]["list"]
    used = {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"}
    assert used == {f"${{{variable['name']}}}"}


def overlap(a: dict[str, int], b: dict[str, int]) -> bool:
    beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    apart = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
    return not beside and not apart


def expressions() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    rules = load_yaml_from_path(str(ALERTS))
    assert isinstance(rules, dict)
    yield from (rule["expr"] for group in rules["groups"] for rule in group["rules"])


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def told(database: Database, database_urls: DatabaseUrls, objects: ObjectStore) -> str:
    """`/metrics` of an installation with rows in every table."""
    furnish(database, "acme")
    with database.client("acme") as c:
        event_store.append_events(c, "acme", [NewEvent("case.gone")])
        c.execute(
            "INSERT INTO provider_health (provider, troubles) VALUES ('ebay', 5), ('amazon', 4)"
            " ON CONFLICT (provider) DO UPDATE SET troubles = excluded.troubles"
        )
    app = create_app(database_urls, objects, ApiSettings())
    text: str = app.state.metrics.text().decode()
    app.state.backend.database.close()
    return text


def samples(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_metric_that_is_watched_is_told(told: str) -> None:
    known = {family.name for family in text_string_to_metric_families(told)}
    known |= {f"{PREFIX}{name}" for name in GAUGES}
    asked = {
        name for expression in expressions() for name in re.findall(r"infringement_\w+", expression)
    }
    assert len(asked) >= 12
    assert {re.sub(r"_(count|bucket|sum|total)$", "", name) for name in asked} - known == set()


def test_the_installation_is_told_in_numbers_without_a_clients_name(told: str) -> None:
    found = samples(told)
    assert found["infringement_database_up", ""] == 1
    assert found["infringement_clients", "active"] == 1
    assert found["infringement_provider_up", "ebay"] == 0
    assert found["infringement_provider_up", "amazon"] == 1
    assert found["infringement_webhook_deliveries", "pending"] >= 1
    assert sum(value for (name, _), value in found.items() if name == "infringement_runs") >= 1
    assert {name for name, _ in found} >= {f"{PREFIX}{name}" for name in ("jobs_waiting",)}
    assert "acme" not in told


def test_a_database_that_is_away_is_told_and_nothing_is_made_up(objects: ObjectStore) -> None:
    gone = DatabaseUrls(*["postgresql://nobody@127.0.0.1:9/x?connect_timeout=1"] * 7)
    app = create_app(gone, objects, ApiSettings())
    found = samples(app.state.metrics.text().decode())
    assert found["infringement_database_up", ""] == 0
    assert "infringement_runs" not in {name for name, _ in found}
    app.state.backend.database.close()
