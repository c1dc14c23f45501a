"""The image, built with buildah from an empty Debian and tried out: without root, nothing writable.

`python bench/image.py STATE [--carry PATH ...] [--keep NAME ...]` needs root, debootstrap and
buildah, and neither a registry nor an engine: all is done in chroot isolation. `--carry` shows
files of this machine to the build (certificates, an index in a folder), `--keep` hands on
environment variables, such as those by which pip and uv find packages here; neither is left in the
image. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).resolve().parent.parent
PACKAGES = "python3,python3-venv,ca-certificates"
SUITE = "bookworm"
UNWANTED = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man")
BASE, IMAGE = "localhost/infringement-base", "localhost/infringement-dagster"
MEGABYTES_MAX = 900  # as a registry keeps it and a machine fetches it
CASES_PLANTED = 96
SECONDS_MAX = 600
# As `read_only`, `tmpfs` and the volume of compose.yaml; processes end with the first of them.
READ_ONLY = (
    "mount --bind {root} {root} && mount -o remount,ro,bind {root} && mount --rbind /dev {root}/dev"
    " && mount -t proc proc {root}/proc && mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm"
    " && mount -t tmpfs -o mode=1777 tmpfs {root}/tmp"
    " && mount -t tmpfs -o uid=10001,gid=10001,mode=750 tmpfs {root}/var/lib/infringement"
    " && exec chroot --userspec={user} {root} {command}"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How one command in the image ended."""

    name: str
    passed: bool
    seconds: int
    said: str


@dataclass(frozen=True, slots=True)
class Buildah:
    """buildah with its images and containers in a folder of its own."""

    folder: Path

    def run(self, *arguments: str, quiet: bool = True) -> str:
        """What the command printed; ends this program where it fails."""
        place = ["--root", str(self.folder / "images"), "--runroot", str(self.folder / "run")]
        command = ["buildah", *place, "--storage-driver", "vfs", *arguments]
        pipe = subprocess.PIPE if quiet else None
        done = subprocess.run(command, stdout=pipe, stderr=pipe, text=True, check=False)
        if done.returncode:
            sys.exit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stderr or ''}")
        return (done.stdout or "").strip()

    @contextmanager
    def container(self, image: str) -> Iterator[tuple[str, Path]]:
        """Name and root file system of a container that is gone afterwards."""
        name = self.run("from", "--pull-never", image)
        try:
            yield name, Path(self.run("mount", name))
        finally:
            self.run("rm", name)


def make_base(buildah: Buildah) -> None:
    """Guarantees an image of an empty Debian with Python, made of its packages alone."""
    root = buildah.folder / "base"
    if not (root / "usr/bin/python3").exists():
        options = ["--variant=minbase", f"--include={PACKAGES}"]
        subprocess.run(["debootstrap", *options, SUITE, str(root)], check=True, stdout=sys.stderr)
        for path in UNWANTED:
            shutil.rmtree(root / path)
    container = buildah.run("from", "scratch")
    buildah.run("add", container, str(root), "/")
    buildah.run("commit", "--rm", container, BASE)


def build(buildah: Buildah, carried: Sequence[Path], kept: Sequence[str]) -> None:
    """Guarantees the image of this checkout."""
    variables = buildah.folder / "packages.env"
    given = {name: os.environ[name] for name in kept if name in os.environ}
    variables.write_text("".join(f"{k}={shlex.quote(v)}\n" for k, v in given.items()))
    options = ["--isolation", "chroot", "--format", "docker", "--layers=false"]
    options += ["--build-arg", f"BASE={BASE}", "--pull-never", "--secret"]
    options += [f"id=packages,src={variables}"]
    for path in carried:
        options += ["--volume", f"{path}:{path}:ro"]
    containerfile = str(PROJECT_DIR / "deploy" / "Containerfile")
    buildah.run("build", *options, "-f", containerfile, "-t", IMAGE, str(PROJECT_DIR), quiet=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """The image's root file system and what it says of itself."""

    root: Path
    config: dict[str, Any]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """The command as the image's user, with its environment, in a tree that cannot change."""
        words = ["env", "-i", *self.config["Env"], "LANG=C.UTF-8", "sh", "-c", command]
        inside = READ_ONLY.format(
            root=shlex.quote(str(self.root)),
            user=self.config["User"],
            command=shlex.join(words),
        )
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )

    def try_out(self, name: str, command: str, wanted: str) -> Trial:
        """Whether the command ends well and says what is wanted, a regular expression."""
        began = time.monotonic()
        done = self.run(command)
        found = re.search(wanted, done.stdout)
        passed = done.returncode == 0 and found is not None
        last = (done.stdout.strip().splitlines() or [""])[-1]
        said = found.group() if found else last
        trial = Trial(name, passed, round(time.monotonic() - began), said)
        print(f"{'ok  ' if passed else 'FAIL'} {trial.seconds:4} s  {name}: {said}", flush=True)
        if not passed:
            print(done.stdout[-3000:], file=sys.stderr)
        return trial

    def all_trials(self) -> list[Trial]:
        """What a deployment relies on."""
        health = shlex.join(self.config["Healthcheck"]["Test"][1:])
        waiting = f"for n in $(seq 60); do {health} && echo healthy && exit; sleep 1; done; exit 1"
        return [
            self.try_out("user", "id -u; id -un", "10001\ninfringement"),
            self.try_out("read-only", "touch /opt/infringement/x || echo refused", "refused"),
            self.try_out("version", "infringement --version", r"infringement [\d.]+"),
            self.try_out("chart's commands", "dagster-daemon --help", "Usage: .*"),
            self.try_out("health", f"python -m api 2> /tmp/log & {waiting}", "healthy"),
            self.try_out("demo", "infringement demo", f".*{CASES_PLANTED} cases flagged"),
        ]


def components(root: Path) -> set[str]:
    """The packages that the bill of materials names, with their versions."""
    bill = json.loads((root / "opt/infringement/sbom.cdx.json").read_text())
    return {f"{part['name']}=={part['version']}" for part in bill["components"]}


def unpacked_megabytes(path: Path) -> int:
    """The size of all files below, in millions of bytes, each once."""
    done = subprocess.run(["du", "-sxb", str(path)], capture_output=True, text=True, check=True)
    return round(int(done.stdout.split()[0]) / 1e6)


def packed_megabytes(buildah: Buildah) -> int:
    """The size of the image as a registry keeps it."""
    archive = buildah.folder / "image.tar"
    archive.unlink(missing_ok=True)
    buildah.run("push", "--quiet", IMAGE, f"oci-archive:{archive}")
    return round(archive.stat().st_size / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--carry", type=Path, action="append", default=[])
    parser.add_argument("--keep", action="append", default=[])
    given = parser.parse_args()
    missing = [name for name in ("debootstrap", "buildah") if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        sys.exit(f"needs root and the programs debootstrap and buildah; missing: {missing}")
    given.state.mkdir(parents=True, exist_ok=True)
    buildah = Buildah(given.state.resolve())
    make_base(buildah)
    began = time.monotonic()
    build(buildah, given.carry, given.keep)
    built_seconds = round(time.monotonic() - began)
    with buildah.container(IMAGE) as (name, root):
        described = json.loads(buildah.run("inspect", "--type", "container", name))
        tried = Tried(root, described["Docker"]["config"])
        figures: dict[str, Any] = {
            "built_seconds": built_seconds,
            "components": len(components(root)),
            "unpacked_mb": unpacked_megabytes(root),
        }
        print(figures, flush=True)
        trials = tried.all_trials()
    figures["packed_mb"] = packed_megabytes(buildah)
    print(json.dumps({**figures, "trials": [asdict(trial) for trial in trials]}), flush=True)
    fits = figures["packed_mb"] < MEGABYTES_MAX
    sys.exit(not (fits and all(trial.passed for trial in trials)))


if __name__ == "__main__":
    main()
