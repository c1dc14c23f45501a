"""`deploy/compose.yaml` against the published schema, and what it promises of each container."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from resources.settings import PROJECT_DIR
from tests.deploy.named_settings import named_in, settings_read

FILE = PROJECT_DIR / "deploy" / "compose.yaml"
BESIDE = FILE.parent / "compose"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, Any] = DOCUMENT["services"]
OURS = sorted(name for name, service in SERVICES.items() if "infringement" in service["image"])
PARTS = {"postgres", "objects", "broker", "upgrade", "api", "code", "daemon", "webserver"}
PARTS |= {"worker", "proxy", "sandbox"}
COMMANDS = {"infringement", "dagster-daemon", "dagster-webserver"}


def test_the_published_schema_finds_nothing_wrong() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_part_of_the_installation_is_there() -> None:
    assert set(SERVICES) == PARTS


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_starts_what_there_is_with_few_rights(name: str) -> None:
    service = SERVICES[name]
    command = service["command"]
    if command[0] == "python":
        assert importlib.util.find_spec(command[2]) is not None
    else:
        assert command[0] in COMMANDS
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service


@pytest.mark.parametrize("name", sorted(PARTS - {"upgrade"}))
def test_a_container_that_stays_tells_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_proxy_is_reached_from_outside_and_only_over_the_front() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert set(SERVICES["proxy"]["networks"]) == {"front"}
    front = {name for name, service in SERVICES.items() if "front" in service["networks"]}
    assert front == {"proxy", "api", "webserver"}
    proxy = SERVICES["proxy"]["networks"]["front"]["ipv4_address"]
    assert SERVICES["api"]["environment"]["FORWARDED_ALLOW_IPS"] == proxy


def test_what_a_container_names_is_defined() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(DOCUMENT["networks"])
        assert set(service.get("secrets", [])) <= set(DOCUMENT["secrets"])
        assert {c["source"] for c in service.get("configs", [])} <= set(DOCUMENT["configs"])
        mounted = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert mounted <= set(DOCUMENT["volumes"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    files = [config["file"] for config in DOCUMENT["configs"].values() if "file" in config]
    assert all((FILE.parent / file).is_file() for file in files)


def test_variables_are_read_by_us_and_told_to_whoever_fills_them_in() -> None:
    environment = DOCUMENT["x-ours"]["environment"]
    assert set(environment) - settings_read() == set()
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", FILE.read_text()))
    optional = {"HTTP_PORT", "HTTPS_PORT"} | {name for name in asked if name.endswith("_IMAGE")}
    assert asked - optional == named_in((BESIDE / "compose.env.example").read_text())


def test_nginx_itself_finds_nothing_wrong_with_the_proxy(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx is not installed here, so the proxy's file is NOT checked by it")
    key, certificate = tmp_path / "tls_key", tmp_path / "tls_certificate"
    options = ["-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost", "-keyout", str(key)]
    command = [openssl, "req", "-x509", *options, "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    text = (BESIDE / "proxy.conf").read_text().replace("/tmp/", f"{tmp_path}/")
    (tmp_path / "proxy.conf").write_text(text.replace("/run/secrets", str(tmp_path)))
    done = subprocess.run(
        [nginx, "-t", "-q", "-c", str(tmp_path / "proxy.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
