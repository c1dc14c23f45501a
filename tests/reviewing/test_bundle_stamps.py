"""Bundles are stamped once, and made all the same where nobody stamps them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.stamp_outcome import StampOutcome
from infringement_dagster.evidence.time_stamp import AUTHORITY, NO_STAMP, STAMP, checked_answer
from infringement_dagster.reviewing.bundle_stamps import Stamping, TimeStampDamaged
from resources.objects.keys import time_stamp_key
from resources.objects.store import ObjectStore
from resources.signing.time_stamp_authority import NoAuthority, TimeStampAuthority
from tests.support.time_stamp_server import (
    NEEDS_OPENSSL,
    LocalAuthority,
    TimeStampServer,
)

pytestmark = NEEDS_OPENSSL
SUMS = b"abc  file\n"


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path))


def stamping(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority, told: list[StampOutcome]
) -> Stamping:
    return Stamping(
        TimeStampAuthority(httpx.URL(stamp_server.url), stamp_authority.root), told.append
    )


def test_the_same_sums_are_stamped_once_and_bear_that_stamp_for_good(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority, objects: ObjectStore
) -> None:
    told: list[StampOutcome] = []
    stamps = stamping(stamp_server, stamp_authority, told)
    first, second = (stamps.file_after(objects, "acme", SUMS) for _ in range(2))
    other = stamps.file_after(objects, "acme", b"other sums")
    assert first == second
    assert (first[0], other[0]) == (STAMP, STAMP)
    assert checked_answer(first[1], SUMS, stamp_authority.root, None)
    assert (told, len(stamp_server.questions)) == (["made", "kept", "made"], 2)
    assert dict(stamps.files_before()) == {AUTHORITY: stamp_authority.root.pem}


def test_an_authority_that_is_down_leaves_a_reason_and_is_asked_again(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority, objects: ObjectStore
) -> None:
    told: list[StampOutcome] = []
    stamps = stamping(stamp_server, stamp_authority, told)
    stamp_server.status = 503
    name, content = stamps.file_after(objects, "acme", SUMS)
    assert name == NO_STAMP
    assert b"HTTP status 503" in content
    stamp_server.status = 200
    assert stamps.file_after(objects, "acme", SUMS)[0] == STAMP
    assert told == ["missed", "made"]


def test_a_kept_stamp_that_was_changed_is_refused(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority, objects: ObjectStore
) -> None:
    key = time_stamp_key("acme", sha256_hex(SUMS))
    objects.put_once(key, b"another stamp")
    with pytest.raises(TimeStampDamaged, match=key):
        stamping(stamp_server, stamp_authority, []).file_after(objects, "acme", SUMS)


def test_where_nobody_is_asked_the_bundle_says_so(objects: ObjectStore) -> None:
    told: list[StampOutcome] = []
    stamps = Stamping(NoAuthority("nobody is asked"), told.append)
    assert list(stamps.files_before()) == []
    assert stamps.file_after(objects, "acme", SUMS) == (NO_STAMP, b"nobody is asked\n")
    assert told == ["no_authority"]
