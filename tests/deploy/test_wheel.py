"""The built wheel, installed into an environment of its own, far from any checkout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from resources.settings import PROJECT_DIR
from tests.cli.test_stack_processes import with_free_ports
from tests.support.kelmarkt import built_wheel, written_example
from tests.support.processes import command_of
from tests.support.wire_server import answer, wire_server

OURS = ("infringement_dagster", "api", "sensors", "resources")
STARTED = "Ctrl-C stops everything."


def built(source: Path, target: str, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(into.iterdir())


def until(last: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.strip()
        if line.strip() == last:
            return


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and a user's home and working directory."""

    python: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        others = ("SCRAPERAPI", "DATABASE", "EVIDENCE", "DAGSTER", "INFRINGEMENT", "PYTHONPATH")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(others)}
        return kept | {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "share")}

    def run(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [self.python.with_name("infringement"), *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(PROJECT_DIR, "wheel", tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("far")
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    made = Installed(folder / "venv" / "bin" / "python", folder)
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([str(made.python), *pip], check=True, cwd=folder)
    # Its dependencies are those of this environment, in which the checkout itself is a .pth file:
    # those of a directory that a .pth file names are not read.
    asked = [str(made.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.check_output(asked, text=True).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    yield made
    made.run("db", "destroy", "--yes")


def test_the_wheel_of_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    archive = built(PROJECT_DIR, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "unpacked", filter="data")
    again = built(next((tmp_path / "unpacked").iterdir()), "wheel", tmp_path / "again")
    assert again.read_bytes() == wheel.read_bytes()


def test_every_file_of_our_packages_is_in_the_wheel(wheel: Path) -> None:
    known = subprocess.run(
        ["git", "ls-files", "--", *OURS],
        check=False,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
    )
    if known.returncode:
        pytest.skip("not a git checkout: which files belong to it is not known")
    assert set(known.stdout.split()) - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_nothing_is_imported_from_the_checkout(installed: Installed) -> None:
    named = ", ".join(OURS)
    code = f"import {named}; print(*(m.__file__ for m in ({named})), sep='\\n')"
    found = subprocess.check_output(
        [installed.python, "-c", code], cwd=installed.folder, env=installed.environment, text=True
    )
    assert [line for line in found.split() if not line.startswith(str(installed.folder))] == []


def test_the_version_and_the_schema_of_a_config_are_told(installed: Installed) -> None:
    assert installed.run("--version").startswith("infringement ")
    assert "brands" in json.loads(installed.run("config", "schema"))["properties"]


def test_the_state_is_in_the_users_data_directory(installed: Installed) -> None:
    installed.run("db", "upgrade")
    assert [path.name for path in (installed.folder / "share").iterdir()] == [
        "infringement-dagster"
    ]


def test_a_scan_of_an_example_runs_to_its_end(installed: Installed) -> None:
    installed.run("init", "mine")
    config = "mine/configs/one-brand.json"
    installed.run("config", "check", config)
    installed.run("clients", "add", "acme", "--name", "Acme", "--config", config)
    installed.run("scans", "start", "acme", "--provider", "amazon")
    scans = json.loads(installed.run("scans", "list", "acme", "--json"))
    assert [scan["state"] for scan in scans] == ["succeeded"]


def test_dagsters_own_command_validates_the_definitions_after_init(installed: Installed) -> None:
    installed.run("init", "project")
    done = subprocess.run(
        [installed.python, "-m", "dagster", "definitions", "validate"],
        cwd=installed.folder / "project",
        env=installed.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Validation successful for code location infringement_dagster" in done.stdout
    assert done.returncode == 0


def test_init_overwrites_nothing(installed: Installed) -> None:
    (installed.folder / "kept").mkdir()
    mine = installed.folder / "kept" / "workspace.yaml"
    mine.write_text("load_from: []")
    with pytest.raises(AssertionError, match=r"already has workspace\.yaml"):
        installed.run("init", "kept")
    assert mine.read_text() == "load_from: []"
    assert [*mine.parent.iterdir()] == [mine]


# What Dagster, API, configs, pages and limits know of providers, in an installed environment.
KNOWN = """
import json
from api.pages.clients.config_form import form_of
from api.routes.scans import NewScan
from infringement_dagster.assets.partitions import provider_partitions
from infringement_dagster.clients.config_reference import config_schema
searches = config_schema()["properties"]["searches"]["propertyNames"]["enum"]
asked = NewScan.model_json_schema()["properties"]["providers"]["anyOf"][0]["items"]["enum"]
pages = sum(section.title.startswith("Searches at ") for section in form_of({}).sections)
print(json.dumps([list(provider_partitions.get_partition_keys()), searches, asked, pages]))
"""


@dataclass(frozen=True)
class Providers:
    """The providers of an installed environment, to which packages come and from which they go."""

    installed: Installed

    def pip(self, *arguments: str) -> None:
        command = [str(self.installed.python), "-m", "pip", *arguments]
        subprocess.run(command, check=True, cwd=self.installed.folder, capture_output=True)

    def names(self) -> list[str]:
        """Their names, which are the same wherever providers are known."""
        listed = json.loads(self.installed.run("providers", "list", "--json"))
        assert listed["unusable"] == []
        names = [provider["name"] for provider in listed["providers"]]
        told = subprocess.check_output(
            [self.installed.python, "-c", KNOWN],
            cwd=self.installed.folder,
            env=self.installed.environment,
        )
        assert json.loads(told) == [names, names, names, len(names)]
        limits = json.loads(self.installed.run("limits", "--json"))["providers"]
        assert list(limits) == names
        return names


@pytest.mark.skipif(
    os.environ.get("FULL_TESTS") != "1", reason="FULL_TESTS=1 also installs a provider's package"
)
def test_a_package_with_a_provider_comes_scans_and_goes(
    installed: Installed, tmp_path: Path
) -> None:
    package, providers = written_example(tmp_path / "package"), Providers(installed)
    config = tmp_path / "config.json"
    searches = {"kelmarkt": {"queries": ["mug"], "marketplace": "de", "pages_max": 1}}
    config.write_text(json.dumps({"brands": [{"name": "Kelvarra"}], "searches": searches}))
    before = providers.names()
    providers.pip("install", "--no-deps", "--no-index", str(built_wheel(package)))
    assert providers.names() == [*before, "kelmarkt"]
    captures = package / "captures"
    installed.run("providers", "check", "kelmarkt", "--captures", str(captures))
    assert "a valid config" in installed.run("config", "check", str(config))
    installed.run("clients", "add", "kelvarra", "--name", "Kelvarra", "--config", str(config))
    page = json.loads((captures / "kelmarkt-search-mug-page1.json").read_text())
    for offer in page["offers"]:
        offer["photo"] = None  # the example's are at a host that is none
    with wire_server(answer(json.dumps(page).encode())) as server:
        account = {"KELMARKT_URL": server.url, "KELMARKT_KEY": "k3y-of-kelmarkt"}
        installed.run("scans", "start", "kelvarra", "--provider", "kelmarkt", **account)
    providers.pip("uninstall", "--yes", "infringement-kelmarkt")
    assert providers.names() == before
    (scan,) = json.loads(installed.run("scans", "list", "kelvarra", "--json"))
    (run,) = scan["runs"]
    assert (scan["state"], run["provider"]) == ("succeeded", "kelmarkt")
    with pytest.raises(AssertionError, match="no such provider"):
        installed.run("config", "check", str(config))


@pytest.mark.skipif(
    os.environ.get("FULL_TESTS") != "1", reason="FULL_TESTS=1 also runs `up`, a minute"
)
def test_up_starts_everything_with_the_files_of_init(installed: Installed) -> None:
    installed.run("init", "home")
    home = installed.folder / "home"
    process = subprocess.Popen(
        [installed.python.with_name("infringement"), "up", *with_free_ports()],
        cwd=installed.folder,
        env=installed.environment | {"DAGSTER_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        said = [*until(STARTED, process.stdout or [])]
        command_lines = [command_of(part) for part in psutil.Process(process.pid).children(True)]
        process.send_signal(signal.SIGINT)
    assert said[-1] == STARTED, said
    told = [line for line in command_lines if "--workspace" in line]
    workspaces = {line[line.index("--workspace") + 1] for line in told}
    assert workspaces == {str(home / "workspace.yaml")}
