"""The container of a bundle: a zip file that any tool opens, with every bit accounted for.

Files are stored as they are, with fixed times and flags, so the same files give the same bytes.
`index.json` comes last and says of each file where it lies. The zip comment names the index and
ends with the SHA-256 of everything before it. From the index each header can be written again and
compared, so whatever bit is wrong, it is known which part it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.documents import canonical_json, sha256_hex

CONTAINER_FORMAT: Final = "infringement-evidence-bundle/1"
INDEX: Final = "index.json"
SIZE_BYTES_MAX: Final = 2**32 - 1  # what a zip file without extensions can say
FILES_MAX: Final = 2**16 - 2

_VERSION, _UTF8, _STORED, _TIME, _DATE = 20, 0x800, 0, 0, 0x21  # 1980-01-01, the first that zip has
_MADE_BY, _MODE = 3 << 8 | _VERSION, 0o100644 << 16
_TRAILER: Final = "{format} index={sha256} at={at:012} size={size:012} container="
_TRAILER_BYTES: Final = len(CONTAINER_FORMAT) + len(" index= at= size= container=") + 2 * 64 + 24
_END_BYTES: Final = 22


class BundleTooLarge(PermanentError):
    """The files do not fit into one zip file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with one part of a bundle."""

    part: str
    problem: str

    def __str__(self) -> str:
        return f"{self.part}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a container; `offset` is that of its header."""

    name: str
    offset: int
    size_bytes: int
    crc32: int
    sha256: str

    @property
    def header(self) -> bytes:
        """The bytes before the file's own."""
        name = self.name.encode()
        fields = (*self._common, self.crc32, self.size_bytes, self.size_bytes, len(name), 0)
        return struct.pack("<4s5H3L2H", b"PK\x03\x04", _VERSION, *fields) + name

    @property
    def directory_line(self) -> bytes:
        """The file's line in the directory at the end."""
        name = self.name.encode()
        fields = (*self._common, self.crc32, self.size_bytes, self.size_bytes, len(name), 0, 0, 0)
        line = (b"PK\x01\x02", _MADE_BY, _VERSION, *fields, 0, _MODE, self.offset)
        return struct.pack("<4s6H3L5H2L", *line) + name

    @property
    def start(self) -> int:
        """Where the file's own bytes begin."""
        return self.offset + len(self.header)

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.start + self.size_bytes

    @property
    def _common(self) -> tuple[int, ...]:
        return (_UTF8, _STORED, _TIME, _DATE)


def container_pieces(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The container piece by piece; one file at a time is in memory. Raises BundleTooLarge."""
    digest, entries, offset = hashlib.sha256(), list[Entry](), 0
    for name, content in files:
        entry = _entry(name, offset, content)
        entries.append(entry)
        offset = entry.end
        if offset > SIZE_BYTES_MAX - 2**24 or len(entries) > FILES_MAX:
            raise BundleTooLarge(f"the bundle is larger than {SIZE_BYTES_MAX} bytes at {name}")
        for piece in (entry.header, content):
            digest.update(piece)
            yield piece
    content = _index_content(entries)
    index = _entry(INDEX, offset, content)
    for piece in (index.header, content, _tail(entries, index)):
        digest.update(piece)
        yield piece
    yield digest.hexdigest().encode()


def _entry(name: str, offset: int, content: bytes) -> Entry:
    return Entry(name, offset, len(content), zlib.crc32(content), sha256_hex(content))


def _index_content(entries: Sequence[Entry]) -> bytes:
    files = [asdict(entry) for entry in entries]
    return canonical_json({"format": CONTAINER_FORMAT, "files": files})


def _tail(entries: Sequence[Entry], index: Entry) -> bytes:
    """Everything after the index but the last digest."""
    every = [*entries, index]
    directory = b"".join(entry.directory_line for entry in every)
    counts = (0, 0, len(every), len(every), len(directory), index.end, _TRAILER_BYTES)
    trailer = _TRAILER.format(
        format=CONTAINER_FORMAT, sha256=index.sha256, at=index.start, size=index.size_bytes
    )
    return directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *counts) + trailer.encode()


_READ_TRAILER = re.compile(
    rf"{re.escape(CONTAINER_FORMAT)} index=([0-9a-f]{{64}}) at=([0-9]{{12}}) size=([0-9]{{12}}) "
    r"container=([0-9a-f]{64})".encode()
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The intact files of a container by name, and every part of it that is not intact."""

    files: dict[str, bytes]
    findings: tuple[Finding, ...]


def open_container(content: bytes) -> Opened:
    """The container's files and damages.

    Raises ValueError, KeyError or TypeError for an index that agrees with its trailer and is none.
    """
    trailer = _READ_TRAILER.fullmatch(content[-_TRAILER_BYTES:])
    if trailer is None:
        expected = f"the file should end with the line that begins with {CONTAINER_FORMAT!r}"
        return Opened({}, (Finding("trailer", f"{expected}; it is cut off, changed or no bundle"),))
    index_sha256, at, size = trailer[1].decode(), int(trailer[2]), int(trailer[3])
    if sha256_hex(content[at : at + size]) != index_sha256:
        return Opened({}, (_index_finding(content, at, size, index_sha256),))
    entries = _entries(content[at : at + size])
    index = _entry(INDEX, entries[-1].end if entries else 0, content[at : at + size])
    files, findings = _read_files(content, [*entries, index])
    findings += _tail_findings(content, entries, index)
    whole = sha256_hex(content[:-64])
    if whole != trailer[4].decode() and not findings:
        expected = f"names SHA-256 {trailer[4].decode()} for the container, which is {whole}"
        findings.append(Finding("trailer", expected))
    return Opened(files, tuple(findings))


def _index_finding(content: bytes, at: int, size: int, expected: str) -> Finding:
    """Either the index is damaged or the trailer that names it; its zip header tells which."""
    index = _entry(INDEX, at - len(_entry(INDEX, 0, b"").header), content[at : at + size])
    found = f"SHA-256 is {index.sha256}, expected {expected}"
    if index.offset >= 0 and content[index.offset : index.start] == index.header:
        return Finding("trailer", f"does not fit {INDEX}, which is intact: its {found}")
    end = len(content) - _TRAILER_BYTES - _END_BYTES
    (directory_at,) = struct.unpack("<L", content[end + 16 : end + 20]) if end >= 0 else (0,)
    if at + size != directory_at:
        return Finding("trailer", f"says that {INDEX} ends at {at + size}, not at {directory_at}")
    return Finding(INDEX, f"{found}; the other files cannot be checked without it")


def _entries(index: bytes) -> list[Entry]:
    return [Entry(**fields) for fields in json.loads(index)["files"]]


def _read_files(content: bytes, entries: Sequence[Entry]) -> tuple[dict[str, bytes], list[Finding]]:
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for entry in entries:
        file = content[entry.start : entry.end]
        sha256 = sha256_hex(file)
        if sha256 == entry.sha256:
            files[entry.name] = file
        else:
            findings.append(Finding(entry.name, f"SHA-256 is {sha256}, expected {entry.sha256}"))
        if content[entry.offset : entry.start] != entry.header:
            findings.append(_difference(f"zip header of {entry.name}", content, entry))
    return files, findings


def _difference(part: str, content: bytes, entry: Entry) -> Finding:
    found = content[entry.offset : entry.start].hex()
    return Finding(part, f"is {found}, expected {entry.header.hex()}")


def _tail_findings(content: bytes, entries: Sequence[Entry], index: Entry) -> list[Finding]:
    expected, found = _tail(entries, index), content[index.end : -64]
    if found == expected:
        return []
    if len(found) != len(expected):
        problem = f"has {len(found)} bytes, expected {len(expected)}"
    else:
        first = next(at for at in range(len(found)) if found[at] != expected[at])
        problem = f"byte {first} is {found[first]:#04x}, expected {expected[first]:#04x}"
    return [Finding("zip directory", problem)]
