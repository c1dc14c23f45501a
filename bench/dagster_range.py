"""The oldest and the newest Dagster that pyproject.toml allows, each in an environment of its own.

`make check-dagster`, or `python bench/dagster_range.py newest`: Dagster's own commands
and dg's load the definitions there, and the tests of the engine, of the processes one by one and of
the profiles run. All other packages are those of requirements.lock. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

PROJECT_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENTS = PROJECT_DIR / ".venv" / "dagster-range"
OF_DEPLOY = ("ecs", "kubernetes_runs", "processes", "profiles")
TESTS = ["tests/engine", *(f"tests/deploy/test_{name}.py" for name in OF_DEPLOY)]
COMMANDS = {
    "dagster definitions validate": ["dagster", "definitions", "validate"],
    "dg check defs": ["dg", "check", "defs"],
    "dg list defs": ["dg", "list", "defs"],
    "tests": ["python", "-m", "pytest", "-q", *TESTS],
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of the range, as a requirement that the resolver is held to."""

    name: str
    requirement: str

    @property
    def environment(self) -> Path:
        return ENVIRONMENTS / self.name

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """What the command of this environment answered."""
        path = f"{self.environment / 'bin'}:{os.environ['PATH']}"
        variables = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(self.environment)}
        # Its own state: the database of an older Dagster is not one of a newer.
        variables["INFRINGEMENT_HOME"] = str(self.environment / "state")
        return subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def edges() -> Iterator[Edge]:
    """The two ends of the range of `dagster` in pyproject.toml."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text())["project"]
    allowed = next(
        requirement
        for requirement in map(Requirement, project["dependencies"])
        if requirement.name == "dagster"
    )
    oldest = next(part.version for part in allowed.specifier if part.operator == ">=")
    yield Edge("oldest", f"dagster=={oldest}")
    yield Edge("newest", str(allowed))


def other_packages() -> str:
    """Every package of requirements.lock but Dagster's own, as constraints."""
    locked = (PROJECT_DIR / "requirements.lock").read_text()
    pinned = re.findall(r"^[\w.-]+==[^ \\;\n]+(?: ;[^\\\n]+)?", locked, flags=re.MULTILINE)
    return "\n".join(line for line in pinned if not line.startswith("dagster"))


def install(edge: Edge) -> str:
    """The version of Dagster that is now in the edge's environment."""
    constraints = ENVIRONMENTS / "constraints.txt"
    constraints.write_text(other_packages())
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(edge.environment / "bin" / "python")
    made = [[uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(edge.environment)]]
    options = ["--quiet", "--python", python, "--constraints", str(constraints)]
    extras = "celery,dev,kubernetes,ocr,otel"
    made += [[uv, "pip", "install", *options, "--editable", f".[{extras}]", edge.requirement]]
    for command in made:
        subprocess.run(command, cwd=PROJECT_DIR, check=True)
    asked = "import importlib.metadata as m; print(m.version('dagster'))"
    return subprocess.check_output([python, "-c", asked], text=True).strip()


def tried(edge: Edge, version: str, name: str) -> dict[str, str | int]:
    """How the command of this name ended in the edge's environment."""
    began = time.monotonic()
    done = edge.run(COMMANDS[name])
    seconds = round(time.monotonic() - began)
    verdict = "ok  " if done.returncode == 0 else "FAIL"
    print(f"{verdict} {edge.name} {version} {seconds:4} s  {name}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
    return {"dagster": version, "command": name, "exit": done.returncode, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edges", nargs="*", metavar="EDGE", help="oldest, newest; both by default")
    wanted = parser.parse_args().edges
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    outcomes: list[dict[str, str | int]] = []
    for edge in (edge for edge in edges() if edge.name in (wanted or [edge.name])):
        version = install(edge)
        if any(outcome["dagster"] == version for outcome in outcomes):
            print(f"{edge.name} is {version} too: Dagster's libraries have no newer release")
            continue
        outcomes += [tried(edge, version, name) for name in COMMANDS]
    print(json.dumps(outcomes), flush=True)
    sys.exit(any(outcome["exit"] for outcome in outcomes))


if __name__ == "__main__":
    main()
