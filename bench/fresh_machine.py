"""The README's two commands on an empty Debian: without root, as root, with Chromium and without.

`python bench/fresh_machine.py ROOT [--test-arguments ...] [--carry PATH ...] [--keep NAME ...]`
needs root and debootstrap. ROOT is made when it is missing: Debian's minbase with python3, its
venv module and make. Each person gets a fresh copy of the commit and an empty home. `--carry`
copies files of this machine into ROOT and `--keep` hands on environment variables, such as those by
which pip and apt find their packages here. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
PACKAGES = "python3,python3-venv,make,ca-certificates"
SUITE = "bookworm"
PERSON = "visitor"
SECONDS_MAX = 3600
# Gone with their process: what runs in ROOT sees its own processes and leaves none behind.
MOUNTED = (
    "mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc "
    "&& mount -t tmpfs tmpfs {root}/dev/shm && exec chroot {root} {command}"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one command ended."""

    person: str
    chromium: bool
    command: str
    exit_code: int
    seconds: int
    last_line: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A root file system and what its people find in their environment."""

    root: Path
    kept: tuple[str, ...]

    def make(self, carried: list[Path]) -> None:
        """Guarantees the file system and the throw-away user."""
        if not (self.root / "usr/bin/make").exists():
            options = ["--variant=minbase", f"--include={PACKAGES}"]
            subprocess.run(["debootstrap", *options, SUITE, str(self.root)], check=True)
        # As the installer and every container do; without it nothing but Chromium finds localhost.
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        for path in [Path("/etc/resolv.conf"), *carried]:
            copy = self.root / path.resolve().relative_to("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy_all = shutil.copytree if path.is_dir() else shutil.copy
            if not copy.is_dir():
                copy_all(path, copy)
        if f"{PERSON}:" not in (self.root / "etc/passwd").read_text():
            self.run("root", f"useradd --create-home {PERSON}")

    @property
    def has_chromium(self) -> bool:
        return (self.root / "usr/bin/chromium").exists()

    def home(self, person: str) -> Path:
        """The person's home, as it is called inside."""
        return Path("/root") if person == "root" else Path("/home") / person

    def copy_project(self, person: str) -> None:
        """Guarantees a fresh copy of the commit in a home that is otherwise empty."""
        home = self.root / self.home(person).relative_to("/")
        shutil.rmtree(home)
        project = home / "project"
        project.mkdir(parents=True, mode=0o755)
        archive = subprocess.run(
            ["git", "archive", "HEAD"], cwd=PROJECT_DIR, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", str(project)], input=archive.stdout, check=True)
        self.run("root", f"chown -R {person}: {self.home(person)}")

    def run(self, person: str, command: str) -> subprocess.CompletedProcess[str]:
        """What the command answered to this person, in the project if there is one."""
        home = self.home(person)
        environment = {
            "HOME": str(home),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
        }
        environment |= {name: os.environ[name] for name in self.kept if name in os.environ}
        words = ["env", "-i", *(f"{name}={value}" for name, value in environment.items())]
        words += ["sh", "-c", f"cd {home}/project 2> /dev/null || cd /; {command}"]
        if person != "root":
            words = ["setpriv", f"--reuid={person}", f"--regid={person}", "--init-groups", *words]
        inside = MOUNTED.format(root=shlex.quote(str(self.root)), command=shlex.join(words))
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )

    def try_out(self, person: str, command: str) -> Outcome:
        """How the command ended for this person; what it said is kept in ROOT/tmp."""
        had_chromium, began = self.has_chromium, time.monotonic()
        done = self.run(person, command)
        seconds = round(time.monotonic() - began)
        lines = done.stdout.strip().splitlines() or [""]
        log = self.root / "tmp" / f"{person}-{command.split()[1]}-{had_chromium:d}.log"
        log.write_text(done.stdout)
        outcome = Outcome(person, had_chromium, command, done.returncode, seconds, lines[-1])
        print(f"{outcome}", flush=True)
        return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--test-arguments", default="")
    parser.add_argument("--carry", type=Path, action="append", default=[])
    parser.add_argument("--keep", action="append", default=[])
    given = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("needs root and debootstrap: apt-get install debootstrap")
    machine = Machine(given.root.resolve(), tuple(given.keep))
    machine.make(given.carry)
    test = (
        f"make test ARGS={shlex.quote(given.test_arguments)}"
        if given.test_arguments
        else "make test"
    )
    outcomes = []
    # Root's tests bring Debian's Chromium, so the user comes before, without one, and after.
    for person in (PERSON, "root"):
        machine.copy_project(person)
        outcomes += [machine.try_out(person, command) for command in ("make demo", test)]
    outcomes.append(machine.try_out(PERSON, test))
    print(json.dumps([asdict(outcome) for outcome in outcomes]), flush=True)
    sys.exit(any(outcome.exit_code for outcome in outcomes))


if __name__ == "__main__":
    main()
