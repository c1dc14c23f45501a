"""How the authority is asked, and what comes of one that does not answer as it should."""

from __future__ import annotations

import httpx
import pytest

from infringement_dagster.evidence.time_stamp import NOT_CONFIGURED, checked_answer
from resources.settings import Settings
from resources.signing.time_stamp_authority import (
    ANSWER_BYTES_MAX,
    NoAuthority,
    TimeStampAuthority,
    TimeStampMissed,
    time_stamp_authority,
)
from tests.support.time_stamp_server import (
    NEEDS_OPENSSL,
    LocalAuthority,
    TimeStampServer,
)
from tests.support.wire_server import Later, wire_server

pytestmark = NEEDS_OPENSSL
SUMS = b"abc  file\n"


def asked(url: str, stamp_authority: LocalAuthority, seconds_max: float = 5.0) -> bytes:
    return TimeStampAuthority(httpx.URL(url), stamp_authority.root, seconds_max).stamp(SUMS)


def test_each_question_is_answered_by_a_stamp_of_its_own(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority
) -> None:
    first, second = (
        asked(stamp_server.url, stamp_authority),
        asked(stamp_server.url, stamp_authority),
    )
    for answer in (first, second):
        assert not checked_answer(answer, SUMS, stamp_authority.root, None).is_trusted
    assert len({*stamp_server.questions}) == 2


def test_an_answer_to_an_earlier_question_is_refused(
    stamp_server: TimeStampServer, stamp_authority: LocalAuthority
) -> None:
    earlier = asked(stamp_server.url, stamp_authority)
    stamp_server.answering = lambda _: earlier
    with pytest.raises(TimeStampMissed, match=r"127\.0\.0\.1 answered with no time stamp.*Nonce"):
        asked(stamp_server.url, stamp_authority)


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (b"<html>busy</html>", 200, "no time stamp of this bundle"),
        (bytes(ANSWER_BYTES_MAX + 1), 200, "more than 65536 bytes"),
        (b"", 503, "HTTP status 503"),
        (b"", 302, "HTTP status 302"),
    ],
)
def test_rubbish_is_refused_with_the_reason(
    stamp_server: TimeStampServer,
    stamp_authority: LocalAuthority,
    answer: bytes,
    status: int,
    told: str,
) -> None:
    stamp_server.answering, stamp_server.status = lambda _: answer, status
    with pytest.raises(TimeStampMissed, match=told):
        asked(stamp_server.url, stamp_authority)


def test_who_does_not_answer_is_waited_for_no_longer_than_told(
    stamp_authority: LocalAuthority,
) -> None:
    with (
        wire_server(Later(2.0, b"HTTP/1.1 200 OK\r\n\r\n")) as silent,
        pytest.raises(TimeStampMissed, match=r"did not answer within 0\.2 s"),
    ):
        asked(f"http://stamps:secret@{silent.origin}/", stamp_authority, seconds_max=0.2)
    with pytest.raises(TimeStampMissed, match="did not answer") as down:
        asked("http://stamps:secret@127.0.0.1:1/", stamp_authority)
    assert "secret" not in str(down.value)


def settings(url: str | None, pem: str | None) -> Settings:
    return Settings(evidence_timestamp_url=url, evidence_timestamp_ca=pem)


def test_the_settings_name_the_authority_or_say_why_there_is_none(
    stamp_authority: LocalAuthority,
) -> None:
    root, url = stamp_authority.root.pem.decode(), "https://stamps.example/tsa"
    named = time_stamp_authority(settings(url, root))
    assert isinstance(named, TimeStampAuthority)
    assert (str(named.url), named.certificates) == (url, stamp_authority.root)
    assert time_stamp_authority(settings(None, root)) == NoAuthority(NOT_CONFIGURED)
    for address, pem, told in [
        (url, None, "EVIDENCE_TIMESTAMP_CA is not"),
        (url, "root.pem", "EVIDENCE_TIMESTAMP_CA cannot be used"),
        ("stamps.example", root, "EVIDENCE_TIMESTAMP_URL cannot be used"),
        ("ftp://stamps.example", root, "EVIDENCE_TIMESTAMP_URL cannot be used"),
    ]:
        unusable = time_stamp_authority(settings(address, pem))
        assert isinstance(unusable, NoAuthority)
        assert told in unusable.reason
