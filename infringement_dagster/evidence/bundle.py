"""The files of one case's bundle, and what must hold between them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.x509 import Certificate

from infringement_dagster.evidence.chain import LINK_FORMAT
from infringement_dagster.evidence.container import INDEX, Finding, Opened, open_container
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.manifest import MANIFEST_FORMAT
from infringement_dagster.evidence.signature import (
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    Signed,
    Unsigned,
    signature_of,
)
from infringement_dagster.evidence.time_stamp import (
    AUTHORITY,
    NO_STAMP,
    STAMP,
    Stamped,
    Unstamped,
    stamp_of,
)

SUMMARY: Final = "summary.html"
SUMMARY_PDF: Final = "summary.pdf"  # its first page
_SUMS_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
# Made of the sums, so that the sums cannot name them.
_NOT_SUMMED: Final = {INDEX, SUMS, SIGNATURE, STAMP, NO_STAMP}
_OF_NO_MANIFEST: Final = {*_NOT_SUMMED, SUMMARY, SUMMARY_PDF, PUBLIC_KEY, AUTHORITY}
_NOT_LOOKED_AT: Final = Unstamped("the bundle is damaged")


def link_name(chain_no: int) -> str:
    """Where a link stands in a bundle."""
    return f"chain/{chain_no:012}.json"


def sums_content(sha256s: Mapping[str, str]) -> bytes:
    """The sums as `sha256sum --check` reads them."""
    return "".join(f"{sha256s[name]}  {name}\n" for name in sorted(sha256s)).encode()


@dataclass(frozen=True, slots=True)
class Verified:
    """The contents that a bundle proved to hold; it is whole when there are no findings."""

    findings: tuple[Finding, ...]
    signature: Signed | Unsigned = field(default_factory=Unsigned)
    stamp: Stamped | Unstamped = _NOT_LOOKED_AT
    files: int = 0
    manifests: int = 0
    links: int = 0


def verify_bundle(
    content: bytes, trusted: Collection[str] = (), authorities: Sequence[Certificate] = ()
) -> Verified:
    """Everything that is wrong with the bundle; needs nothing else and never raises.

    A bundle can only prove that it agrees with itself. Who made it and when shows where the
    verifier names keys and authorities: with `trusted` fingerprints it is whole only when one of
    them has signed it, with `authorities` only when one of them has stamped it.
    """
    try:
        return _verified(open_container(content), trusted, authorities)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Every digest agrees with what it covers, so whoever wrote this was not us.
        return Verified((Finding("bundle", f"is not of the form it claims: {error!r}"),))


def _verified(
    opened: Opened, trusted: Collection[str], authorities: Sequence[Certificate]
) -> Verified:
    if opened.findings:
        return Verified(opened.findings)
    signature, of_signature = signature_of(opened.files, trusted)
    stamp, of_stamp = stamp_of(opened.files, authorities)
    return Verified(
        (*_relations(opened.files), *of_signature, *of_stamp),
        signature,
        stamp,
        files=len(opened.files),
        manifests=sum(name.startswith("manifests/") for name in opened.files),
        links=sum(name.startswith("chain/") for name in opened.files),
    )


def _relations(files: Mapping[str, bytes]) -> Iterator[Finding]:
    sha256s = {name: sha256_hex(content) for name, content in files.items()}
    yield from _sums_findings(files, sha256s)
    manifests = {
        sha256s[name]: _document(files, name, MANIFEST_FORMAT)
        for name in files
        if name.startswith("manifests/")
    }
    links = [
        (name, _document(files, name, LINK_FORMAT))
        for name in sorted(files)
        if name.startswith("chain/")
    ]
    for manifest in manifests.values():
        yield from _manifest_findings(manifest, files, sha256s)
    yield from _chain_findings(links, sha256s, manifests)
    yield from _strangers(files, links, manifests.values())


def _document(files: Mapping[str, bytes], name: str, expected: str) -> dict[str, Any]:
    document = json.loads(files[name])
    if document["format"] != expected:
        raise ValueError(f"{name} has the format {document['format']!r}, not {expected!r}")
    return dict(document)


def _sums_findings(files: Mapping[str, bytes], sha256s: Mapping[str, str]) -> Iterator[Finding]:
    listed = {name: sha256 for sha256, name in _SUMS_LINE.findall(files[SUMS].decode())}
    expected = {name: sha256 for name, sha256 in sha256s.items() if name not in _NOT_SUMMED}
    for name in sorted(listed.keys() | expected.keys()):
        if listed.get(name) != expected.get(name):
            problem = f"SHA-256 is {expected.get(name)}, {SUMS} expects {listed.get(name)}"
            yield Finding(name, problem)


def _manifest_findings(
    manifest: Mapping[str, Any], files: Mapping[str, bytes], sha256s: Mapping[str, str]
) -> Iterator[Finding]:
    for file in manifest["files"]:
        name = file["name"]
        if name not in files:
            yield Finding(name, f"is missing; its SHA-256 was {file['sha256']}")
        elif (sha256s[name], len(files[name])) != (file["sha256"], file["size_bytes"]):
            yield Finding(name, f"SHA-256 is {sha256s[name]}, the manifest has {file['sha256']}")


def _chain_findings(
    links: list[tuple[str, dict[str, Any]]],
    sha256s: Mapping[str, str],
    manifests: Mapping[str, Mapping[str, Any]],
) -> Iterator[Finding]:
    by_number = {link["chain_no"]: name for name, link in links}
    for name, link in links:
        before = by_number.get(link["chain_no"] - 1)
        if before is not None and link["previous_sha256"] != sha256s[before]:
            problem = f"names {link['previous_sha256']} before it, {before} is {sha256s[before]}"
            yield Finding(name, problem)
    linked = {link["manifest_sha256"] for _, link in links}
    for sha256 in manifests.keys() - linked:
        yield Finding(f"manifests/{sha256}.json", "no link of the chain names it")
    if not manifests:
        yield Finding("manifests", "the bundle has none")


def _strangers(
    files: Mapping[str, bytes],
    links: Iterable[tuple[str, object]],
    manifests: Iterable[Mapping[str, Any]],
) -> Iterator[Finding]:
    known = {file["name"] for manifest in manifests for file in manifest["files"]}
    known |= _OF_NO_MANIFEST | {name for name, _ in links}
    for name in sorted(files):
        if name not in known and not name.startswith("manifests/"):
            yield Finding(name, "no manifest lists it")
