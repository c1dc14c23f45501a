"""`infringement init`: the files of an installation that its operator edits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from infringement_dagster.cli.named_files import UnwritableFile
from infringement_dagster.cli.terminal import out
from resources.settings import SHIPPED_DIR

# Dagster's own commands and `dg` read from it where the definitions are.
_PYPROJECT: Final = """\
[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "infringement_dagster"
code_location_target_module = "infringement_dagster.definitions"
code_location_name = "infringement_dagster"
"""


def init(
    directory: Annotated[Path, typer.Argument(help="Where to; made when it is not there.")],
) -> None:
    """Write dagster.yaml, workspace.yaml, pyproject.toml and example configs, to be edited."""
    files = _files()
    present = [name for name in files if (directory / name).exists()]
    if present:
        raise UnwritableFile(
            f"{directory} already has {', '.join(present)}, and nothing was written: "
            "name another directory, or remove them first"
        )
    for name, content in files.items():
        _write(directory / name, content)
        out.print(str(directory / name), markup=False, soft_wrap=True)
    home = directory.resolve()
    out.print(
        f"start with these: DAGSTER_HOME={home} infringement up", markup=False, soft_wrap=True
    )


def _files() -> dict[str, str]:
    """The content of each file by its path below the directory."""
    instance = {name: SHIPPED_DIR / name for name in ("dagster.yaml", "workspace.yaml")}
    configs = {f"configs/{path.name}": path for path in (SHIPPED_DIR / "docs/configs").iterdir()}
    shipped = {name: path.read_text("utf-8") for name, path in (instance | configs).items()}
    return shipped | {"pyproject.toml": _PYPROJECT}


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    except OSError as error:
        raise UnwritableFile(f"{path} cannot be written: {error.strerror}") from error
