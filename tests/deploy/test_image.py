"""The recipe of the image, as far as it can be read; `bench/image.py` builds and tries it."""

from __future__ import annotations

import re
import tomllib

from resources.settings import PROJECT_DIR

RECIPE = (PROJECT_DIR / "deploy" / "Containerfile").read_text().replace("\\\n", " ")
PROJECT = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text())
LINES = [line for line in RECIPE.splitlines() if line and not line.startswith("#")]


def copied() -> set[str]:
    """What of the checkout the build sees."""
    copies = [line.split()[1:-1] for line in LINES if line.startswith("COPY ")]
    return {name for names in copies for name in names if not name.startswith(("--", "/"))}


def test_all_that_the_wheel_is_made_of_is_copied_and_is_there() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], PROJECT["project"]["readme"]}
    needed |= {"pyproject.toml", "requirements.lock", "requirements-uv.lock"}
    sources = copied()
    assert {name for name in needed if not any(name.startswith(s) for s in sources)} == set()
    assert all((PROJECT_DIR / name).exists() for name in sources)


def test_what_is_installed_is_locked_and_what_runs_is_not_root() -> None:
    assert "--constraints requirements.lock -r pyproject.toml" in re.sub(r" +", " ", RECIPE)
    assert "USER 10001:10001" in LINES
    assert [line for line in LINES if line.startswith("FROM ")] == [
        "FROM ${BASE} AS build",
        "FROM ${BASE}",
    ]


def test_the_extras_of_the_image_are_those_of_a_deployment() -> None:
    extras = set(re.findall(r"--extra (\w+)", RECIPE))
    assert extras == {"celery", "kubernetes", "ocr", "otel"}
    assert extras <= set(PROJECT["project"]["optional-dependencies"])
