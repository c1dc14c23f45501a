"""Each profile of `deploy/` loads, and differs from the default only where it says so."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import pytest
from dagster_aws.ecs import EcsRunLauncher
from dagster_aws.s3.compute_log_manager import S3ComputeLogManager
from dagster_shared.yaml_utils import load_yaml_from_path

from infringement_dagster.engine.celery.launcher import ScanLauncher
from infringement_dagster.engine.run_coordinator import LimitedRunCoordinator
from infringement_dagster.engine.storage import PooledPostgresStorage
from resources.settings import PROJECT_DIR
from tests.engine.dagster_internals import ComputeIOType

# Their storage is told its URL: on several machines none may start a database of its own.
DIFFERENT = {
    "celery": {"storage", "run_launcher", "run_monitoring"},
    "aws": {"storage", "run_launcher", "run_monitoring", "compute_logs"},
    "kubernetes": {"storage", "run_launcher", "run_monitoring", "compute_logs"},
}


def described(home: Path) -> dict[str, object]:
    document = load_yaml_from_path(str(home / "dagster.yaml"))
    assert isinstance(document, dict)
    return document


def test_every_profile_is_tested() -> None:
    found = {path.parent.name for path in (PROJECT_DIR / "deploy").glob("*/dagster.yaml")}
    assert found == set(DIFFERENT)


@pytest.mark.parametrize("profile", DIFFERENT)
def test_a_profile_differs_from_the_default_only_where_it_says_so(profile: str) -> None:
    default, other = described(PROJECT_DIR), described(PROJECT_DIR / "deploy" / profile)
    different = {key for key in default.keys() | other if default.get(key) != other.get(key)}
    assert different == DIFFERENT[profile]


@pytest.mark.parametrize(
    ("profile", "launcher"), [("celery", ScanLauncher), ("aws", EcsRunLauncher)]
)
def test_a_profile_loads_with_our_storage_and_queue(
    environment: pytest.MonkeyPatch, profile: str, launcher: type
) -> None:
    with dg.DagsterInstance.from_config(str(PROJECT_DIR / "deploy" / profile)) as instance:
        assert type(instance.run_launcher) is launcher
        assert type(instance.run_coordinator) is LimitedRunCoordinator
        assert type(instance.get_ref().storage) is PooledPostgresStorage
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_resume_run_attempts == 0
        assert instance.get_runs() == []


def test_logs_of_a_run_are_read_back_from_s3_by_another_process(
    environment: pytest.MonkeyPatch, s3_url: str, tmp_path: Path
) -> None:
    address = urlsplit(s3_url)
    environment.setenv("DAGSTER_LOGS_BUCKET", address.netloc)
    environment.setenv("AWS_ENDPOINT_URL_S3", parse_qs(address.query)["endpoint"][0])
    key = ["run", "compute_logs", "step"]
    with (
        dg.DagsterInstance.from_config(str(PROJECT_DIR / "deploy" / "aws")) as instance,
        instance.compute_log_manager.capture_logs(key),
    ):
        sys.stdout.write("forty listings\n")
        sys.stdout.flush()
    environment.setenv("DAGSTER_ARTIFACTS_DIR", str(tmp_path / "of another machine"))
    with dg.DagsterInstance.from_config(str(PROJECT_DIR / "deploy" / "aws")) as instance:
        logs = instance.compute_log_manager
        assert isinstance(logs, S3ComputeLogManager)
        assert logs.cloud_storage_has_logs(key, ComputeIOType.STDOUT)
        assert logs.get_log_data(key).stdout == b"forty listings\n"
