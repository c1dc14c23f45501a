from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable

import pytest

from infringement_dagster.evidence.bundle import link_name, sums_content, verify_bundle
from infringement_dagster.evidence.container import INDEX, container_pieces
from infringement_dagster.evidence.documents import canonical_json, sha256_hex
from infringement_dagster.evidence.signature import SUMS
from tests.evidence.bundles import as_bundle, two_captures


@pytest.fixture(scope="module")
def bundle() -> bytes:
    return as_bundle(two_captures())


def regions(bundle: bytes) -> list[tuple[int, str]]:
    """Where each part of an intact bundle begins, read with the standard library's zip."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        found = []
        for info in archive.infolist():
            found.append((info.header_offset, f"zip header of {info.filename}"))
            found.append((info.header_offset + 30 + len(info.filename), info.filename))
        found.append((archive.start_dir, "zip directory"))
        found.append((len(bundle) - len(archive.comment), "trailer"))
    return found


def part_of(found: list[tuple[int, str]], at: int) -> str:
    return [part for start, part in found if start <= at][-1]


def flipped(bundle: bytes, bit: int) -> bytes:
    changed = bytearray(bundle)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_an_intact_bundle_is_found_intact(bundle: bytes) -> None:
    verified = verify_bundle(bundle)
    assert verified.findings == ()
    assert (verified.manifests, verified.links) == (2, 3)


def test_any_zip_tool_opens_it_and_finds_the_same_files(bundle: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert archive.testzip() is None
        read = {name: archive.read(name) for name in archive.namelist()}
    assert read.pop(INDEX)
    assert read == two_captures()


def test_an_unchanged_photo_is_in_it_once(bundle: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        folders = Counter(name.split("/")[0] for name in archive.namelist())
    assert (folders["photos"], folders["listing"], folders["manifests"]) == (1, 2, 2)


def test_a_hundred_random_bit_flips_are_found_and_named(bundle: bytes) -> None:
    draw, found = random.Random(7), regions(bundle)
    for bit in draw.sample(range(len(bundle) * 8), 100):
        parts = {finding.part for finding in verify_bundle(flipped(bundle, bit)).findings}
        assert parts == {part_of(found, bit // 8)}, bit


def test_flips_in_every_part_are_found_and_named(bundle: bytes) -> None:
    """Random bits fall into photos nearly always; headers, directory and trailer count too."""
    draw, found = random.Random(8), regions(bundle)
    ends = [start for start, _ in found[1:]] + [len(bundle)]
    for (start, part), end in zip(found, ends, strict=True):
        for bit in draw.sample(range(start * 8, end * 8), min(25, (end - start) * 8)):
            findings = verify_bundle(flipped(bundle, bit)).findings
            assert findings, (part, bit)
            blamed = {finding.part for finding in findings}
            assert blamed == {part}, (bit, findings)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda bundle: bundle[:-1],
        lambda bundle: bundle[1:],
        lambda bundle: bundle + b"\n",
        lambda _bundle: b"",
        lambda bundle: bundle[: len(bundle) // 2],
        lambda bundle: bundle[:1000] + b"x" + bundle[1000:],
        lambda _bundle: b"PK\x05\x06" + bytes(18),
    ],
)
def test_what_is_cut_or_longer_is_found(bundle: bytes, break_it: Callable[[bytes], bytes]) -> None:
    assert verify_bundle(break_it(bundle)).findings


def rebuilt(change: Callable[[dict[str, bytes]], None], *, sums: bool = True) -> list[str]:
    """What is found in a bundle that somebody changed and packed again with fitting digests."""
    files = two_captures()
    change(files)
    if sums:
        files.pop(SUMS)
        files[SUMS] = sums_content({name: sha256_hex(file) for name, file in files.items()})
    return [finding.part for finding in verify_bundle(as_bundle(files)).findings]


def name_of(files: dict[str, bytes], folder: str) -> str:
    return next(name for name in files if name.startswith(folder))


def test_a_repacked_bundle_is_held_against_its_manifests_and_chain() -> None:
    def replace_photo(files: dict[str, bytes]) -> None:
        files[name_of(files, "photos/")] = b"another photo"

    def drop_photo(files: dict[str, bytes]) -> None:
        del files[name_of(files, "photos/")]

    def add_file(files: dict[str, bytes]) -> None:
        files["photos/more.png"] = b"more"

    def change_first_link(files: dict[str, bytes]) -> None:
        link = json.loads(files[link_name(1)])
        files[link_name(1)] = canonical_json(link | {"linked_at": "2020-01-01T00:00:00.000000Z"})

    def drop_link(files: dict[str, bytes]) -> None:
        del files[link_name(3)]

    assert rebuilt(lambda _files: None) == []
    assert set(rebuilt(replace_photo)) == {name_of(two_captures(), "photos/")}
    assert set(rebuilt(drop_photo)) == {name_of(two_captures(), "photos/")}
    assert rebuilt(add_file) == ["photos/more.png"]
    assert rebuilt(change_first_link) == [link_name(2)]
    assert re.match("manifests/", rebuilt(drop_link)[0])
    assert set(rebuilt(add_file, sums=False)) == {"photos/more.png"}


@pytest.mark.parametrize("content", [b"[]", b'{"files": 3}', b"{", b'{"files": [{"name": 1}]}'])
def test_a_container_of_somebody_elses_making_raises_nothing(content: bytes) -> None:
    bundle = b"".join(container_pieces([(SUMS, b"\xff"), ("manifests/x.json", content)]))
    assert verify_bundle(bundle).findings
