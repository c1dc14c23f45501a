"""What the AWS profile asks of ECS for one run; boto3 checks it against ECS' own model."""

from __future__ import annotations

import sys
from uuid import UUID

import dagster as dg
import pytest

from infringement_dagster.definitions import definitions
from infringement_dagster.scans.tags import scan_run_tags
from resources.settings import PROJECT_DIR
from tests.deploy.ecs_server import CLUSTER, STARTED, ecs_server
from tests.engine.dagster_internals import (
    JobPythonOrigin,
    LaunchRunContext,
    ModuleCodePointer,
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
    RepositoryPythonOrigin,
)

IMAGE = "registry.example/infringement:2"
SCAN_ID = UUID(int=7)
_LOCATION = "infringement_dagster"


def queued_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run as the queue hands it to the launcher, from a code server that names its image."""
    pointer = ModuleCodePointer(f"{_LOCATION}.definitions", "definitions", None)
    repository = RepositoryPythonOrigin(sys.executable, pointer, container_image=IMAGE)
    remote = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(_LOCATION), "__repository__")
    return instance.create_run_for_job(
        definitions().resolve_job_def("scan"),
        tags=scan_run_tags(SCAN_ID, "acme", "ebay"),
        job_code_origin=JobPythonOrigin("scan", repository),
        remote_job_origin=RemoteJobOrigin(remote, "scan"),
    )


def test_a_run_is_one_spot_task_beside_the_daemon_with_the_image_of_the_code(
    environment: pytest.MonkeyPatch,
) -> None:
    with ecs_server() as asked:
        environment.setenv("AWS_ENDPOINT_URL", asked.url)
        environment.setenv("ECS_CONTAINER_METADATA_URI_V4", asked.url)
        with dg.DagsterInstance.from_config(str(PROJECT_DIR / "deploy" / "aws")) as instance:
            run = queued_run(instance)
            instance.run_launcher.launch_run(LaunchRunContext(run, workspace=None))
            tags = instance.get_runs()[0].tags
    (task,) = asked["RunTask"]
    assert task["cluster"] == CLUSTER
    assert task["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert "launchType" not in task  # ECS takes only one of the two
    assert task["networkConfiguration"] == {
        "awsvpcConfiguration": {
            "subnets": ["subnet-1"],
            "assignPublicIp": "DISABLED",
            "securityGroups": ["sg-1"],
        }
    }
    assert {"key": "client", "value": "acme"} in task["tags"]
    assert tags["ecs/task_arn"] == STARTED
    (definition,) = asked["RegisterTaskDefinition"]
    (container,) = definition["containerDefinitions"]
    assert (container["name"], container["image"]) == ("run", IMAGE)
    assert container["environment"][0] == {"name": "DAGSTER_HOME", "value": "/app/deploy/aws"}
    assert (definition["cpu"], definition["memory"]) == ("1024", "4096")
