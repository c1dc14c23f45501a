"""What the Kubernetes profile asks of the cluster for a run: started, watched, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import kubernetes_validate
import pytest
import yaml

from resources.settings import PROJECT_DIR
from tests.deploy.kubernetes_server import Cluster, kubernetes_server
from tests.deploy.test_ecs import IMAGE, queued_run
from tests.engine.dagster_internals import LaunchRunContext, WorkerStatus

PROFILE = PROJECT_DIR / "deploy" / "kubernetes" / "dagster.yaml"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with kubernetes_server() as running:
        yield running


@pytest.fixture
def instance(
    environment: pytest.MonkeyPatch, cluster: Cluster, tmp_path: Path
) -> Iterator[dg.DagsterInstance]:
    """The profile's instance; only where the cluster is differs, which a pod is told by its own."""
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {"server": cluster.url}}],
        "users": [{"name": "daemon", "user": {"token": "of the daemon's account"}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "daemon"}}],
        "current-context": "here",
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    profile = yaml.safe_load(PROFILE.read_text())
    where = {"load_incluster_config": False, "kubeconfig_file": str(tmp_path / "kubeconfig")}
    profile["run_launcher"]["config"] |= where
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(profile))
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def launched(instance: dg.DagsterInstance, cluster: Cluster) -> tuple[dg.DagsterRun, Any]:
    run = queued_run(instance)
    instance.run_launcher.launch_run(LaunchRunContext(run, workspace=None))
    (job,) = cluster.jobs.values()
    return run, job


def test_a_run_is_a_job_that_the_schema_knows_with_the_image_of_the_code(
    instance: dg.DagsterInstance, cluster: Cluster
) -> None:
    run, job = launched(instance, cluster)
    asked = {key: value for key, value in job.items() if key != "status"}
    kubernetes_validate.validate(asked, kubernetes_validate.latest_version(), strict=True)
    assert [*cluster.jobs] == [("infringement", f"dagster-run-{run.run_id}")]
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert container["args"][1:5] == ["-m", "dagster", "api", "execute_run"]
    assert {"name": "DAGSTER_HOME", "value": "/etc/infringement/dagster"} in container["env"]
    assert container["envFrom"] == [
        {"configMapRef": {"name": "infringement"}},
        {"secretRef": {"name": "infringement"}},
    ]


def test_the_pod_of_a_run_is_what_the_namespace_demands(
    instance: dg.DagsterInstance, cluster: Cluster
) -> None:
    _, job = launched(instance, cluster)
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["automountServiceAccountToken"] is False
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/part-of"] == "infringement"  # or it would reach nothing


def test_a_run_is_tried_once_by_its_job(instance: dg.DagsterInstance, cluster: Cluster) -> None:
    _, job = launched(instance, cluster)
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_pod_that_died_is_seen_with_the_next_look(
    instance: dg.DagsterInstance, cluster: Cluster
) -> None:
    run, job = launched(instance, cluster)
    launcher = instance.run_launcher
    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    cluster.end(job["metadata"]["name"], failed=1)
    assert launcher.check_run_worker_health(run).status is WorkerStatus.FAILED


def test_a_cancelled_run_has_its_job_and_its_pod_deleted(
    instance: dg.DagsterInstance, cluster: Cluster
) -> None:
    run, job = launched(instance, cluster)
    assert instance.run_launcher.terminate(run.run_id)
    name = job["metadata"]["name"]
    assert cluster.deleted == [name, f"{name}-pod"]
    assert instance.get_runs()[0].status is dg.DagsterRunStatus.CANCELING
