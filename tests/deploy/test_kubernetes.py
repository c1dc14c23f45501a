"""The manifests against the published schemas, and what they and the chart's values promise."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from resources.settings import PROJECT_DIR
from tests.deploy.named_settings import named_in, settings_read

FOLDER = PROJECT_DIR / "deploy" / "kubernetes"
OLDEST, NEWEST = "1.30", kubernetes_validate.latest_version()
NOT_RESOURCES = {"dagster.yaml", "values.yaml", "kustomization.yaml", "prometheus-adapter.yaml"}
COMMANDS = {"infringement", "dagster-daemon"}
Resource = dict[str, Any]


def documents(path: Path) -> list[Resource]:
    return [*yaml.safe_load_all(path.read_text())]


FILES = sorted(path for path in FOLDER.rglob("*.yaml") if path.name not in NOT_RESOURCES)
RESOURCES = [resource for path in FILES for resource in documents(path)]
KUSTOMIZATIONS = sorted(FOLDER.rglob("kustomization.yaml"))
VALUES = documents(FOLDER / "values.yaml")[0]
CHARTED = {
    "webserver": VALUES["dagsterWebserver"],
    "daemon": VALUES["dagsterDaemon"],
    "code": VALUES["dagster-user-deployments"]["deployments"][0],
}


def named(resource: Resource) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def of_kind(*kinds: str) -> list[Resource]:
    return [resource for resource in RESOURCES if resource["kind"] in kinds]


def charted_pod(values: Resource) -> Resource:
    """The pod that the chart makes of these values, as far as they say."""
    container = {
        "name": "charted",
        "image": f"{values['image']['repository']}:{values['image']['tag']}",
        "imagePullPolicy": values["image"]["pullPolicy"],
        "env": values["env"],
        "envFrom": [
            *({"configMapRef": name} for name in values["envConfigMaps"]),
            *({"secretRef": name} for name in values["envSecrets"]),
        ],
        "securityContext": values["securityContext"],
        "resources": values["resources"],
        "volumeMounts": values["volumeMounts"],
    }
    spec = {
        "securityContext": values["podSecurityContext"],
        "containers": [container],
        "volumes": values["volumes"],
    }
    metadata = {"name": "charted", "labels": values["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def pods() -> Iterator[tuple[str, Resource]]:
    for resource in of_kind("Deployment", "Job"):
        yield named(resource), resource["spec"]["template"]
    for name, values in CHARTED.items():
        yield name, charted_pod(values)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("resource", RESOURCES, ids=named)
def test_the_published_schemas_find_nothing_wrong(resource: Resource, version: str) -> None:
    kubernetes_validate.validate(resource, version, strict=True)


@pytest.mark.parametrize("name", CHARTED)
def test_the_values_make_pods_that_the_schemas_know(name: str) -> None:
    kubernetes_validate.validate(charted_pod(CHARTED[name]), NEWEST, strict=True)


@pytest.mark.parametrize("pod", [pod for _, pod in pods()], ids=[name for name, _ in pods()])
def test_a_pod_is_what_the_namespace_demands(pod: Resource) -> None:
    spec = pod["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["metadata"]["labels"]["app.kubernetes.io/part-of"] == "infringement"
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["mountPath"] for mount in container["volumeMounts"]} >= {
        "/tmp",
        "/var/lib/infringement",
    }
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in spec["volumes"]
    }
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_a_container_starts_what_there_is() -> None:
    for resource in of_kind("Deployment", "Job"):
        command = resource["spec"]["template"]["spec"]["containers"][0]["command"]
        if command[0] == "python":
            assert importlib.util.find_spec(command[2]) is not None
        else:
            assert command[0] in COMMANDS
    arguments = CHARTED["code"]["dagsterApiGrpcArgs"]
    assert importlib.util.find_spec(arguments[1]) is not None


def test_what_stays_is_probed() -> None:
    for resource in of_kind("Deployment"):
        container = resource["spec"]["template"]["spec"]["containers"][0]
        assert container.keys() >= {"readinessProbe", "livenessProbe"}
    assert CHARTED["webserver"]["readinessProbe"]["tcpSocket"]["port"] == 3000
    assert CHARTED["daemon"]["livenessProbe"]["exec"]["command"][0] in COMMANDS


def test_budgets_and_autoscalers_are_of_deployments_that_are_there() -> None:
    labels = {
        resource["metadata"]["name"]: resource["spec"]["template"]["metadata"]["labels"]
        for resource in of_kind("Deployment")
    }
    scaled = {r["spec"]["scaleTargetRef"]["name"] for r in of_kind("HorizontalPodAutoscaler")}
    assert scaled == set(labels)
    selectors = [r["spec"]["selector"] for r in of_kind("PodDisruptionBudget", "Deployment")]
    assert len(selectors) == 2 * len(labels)
    for selector in selectors:
        wanted = selector["matchLabels"].items()
        assert [name for name in labels if wanted <= labels[name].items()]


def test_workers_follow_the_depth_of_the_queue_by_a_metric_that_is_made() -> None:
    (workers,) = (
        resource
        for resource in of_kind("HorizontalPodAutoscaler")
        if resource["metadata"]["name"] == "infringement-worker"
    )
    (metric,) = workers["spec"]["metrics"]
    (rule,) = documents(FOLDER / "workers" / "prometheus-adapter.yaml")[0]["rules"]["external"]
    assert metric["external"]["metric"]["name"] == rule["name"]["as"]
    (deployment,) = (
        d for d in of_kind("Deployment") if named(d) == "Deployment/infringement-worker"
    )
    command = deployment["spec"]["template"]["spec"]["containers"][0]["command"]
    slots = command[command.index("--slots") + 1]
    assert metric["external"]["target"]["averageValue"] == slots


def test_nothing_speaks_unless_a_rule_says_so() -> None:
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind("NetworkPolicy")}
    assert policies.pop("nothing") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    reached = {name: spec["ingress"] for name, spec in policies.items() if "ingress" in spec}
    assert set(reached) == {"api", "webserver", "code"}
    assert all(rule["from"] for rules in reached.values() for rule in rules)
    (public,) = policies["public"]["egress"]
    assert "169.254.0.0/16" in public["to"][0]["ipBlock"]["except"]


def test_every_file_is_of_a_kustomization_and_every_name_is_made() -> None:
    listed = {
        (path.parent / name).resolve()
        for path in KUSTOMIZATIONS
        for name in documents(path)[0]["resources"]
    }
    assert listed == set(FILES)
    root = documents(FOLDER / "kustomization.yaml")[0]
    made = {generated["name"] for generated in root["configMapGenerator"]}
    secrets = {generated["name"] for generated in root["secretGenerator"]}
    for _, pod in pods():
        (container,) = pod["spec"]["containers"]
        taken = container["envFrom"]
        assert {t["configMapRef"]["name"] for t in taken if "configMapRef" in t} <= made
        assert {t["secretRef"]["name"] for t in taken if "secretRef" in t} <= secrets


def test_the_settings_are_read() -> None:
    root = documents(FOLDER / "kustomization.yaml")[0]
    literals = {
        literal.partition("=")[0]
        for generated in root["configMapGenerator"]
        for literal in generated.get("literals", [])
    }
    secret = named_in((FOLDER / "infringement.env.example").read_text())
    assert (literals | secret) - settings_read() == set()
    assert not {name for name in literals if "KEY" in name or "DATABASE" in name}


@pytest.mark.parametrize("folder", [path.parent for path in KUSTOMIZATIONS], ids=lambda p: p.name)
def test_kubectl_itself_renders_what_the_schemas_know(folder: Path, tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed here, so kustomizations are NOT rendered by it")
    copy = shutil.copytree(folder, tmp_path / "copy")
    if folder == FOLDER:
        shutil.copy(copy / "infringement.env.example", copy / "infringement.env")
        (copy / "signing.pem").write_text("a key")
    command = [kubectl, "kustomize", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for resource in yaml.safe_load_all(done.stdout):
        kubernetes_validate.validate(resource, NEWEST, strict=True)
