"""How the authority is asked, and what comes of one that does not answer as it should."""

from __future__ import annotations

from collections.abc import Iterator

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
    local_authority,
    time_stamp_server,
)
from tests.support.wire_server import Later, wire_server

pytestmark = NEEDS_OPENSSL
SUMS = b"abc  file\n"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return local_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(local: LocalAuthority) -> Iterator[TimeStampServer]:
    with time_stamp_server(local.answer) as served:
        yield served


def asked(url: str, local: LocalAuthority, seconds_max: float = 5.0) -> bytes:
    return TimeStampAuthority(httpx.URL(url), local.root, seconds_max).stamp(SUMS)


def test_each_question_is_answered_by_a_stamp_of_its_own(
    server: TimeStampServer, local: LocalAuthority
) -> None:
    first, second = asked(server.url, local), asked(server.url, local)
    for answer in (first, second):
        assert not checked_answer(answer, SUMS, local.root, None).is_trusted
    assert len({*server.questions}) == 2


def test_an_answer_to_an_earlier_question_is_refused(
    server: TimeStampServer, local: LocalAuthority
) -> None:
    earlier = asked(server.url, local)
    server.answering = lambda _: earlier
    with pytest.raises(TimeStampMissed, match=r"127\.0\.0\.1 answered with no time stamp.*Nonce"):
        asked(server.url, local)


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
    server: TimeStampServer, local: LocalAuthority, answer: bytes, status: int, told: str
) -> None:
    server.answering, server.status = lambda _: answer, status
    with pytest.raises(TimeStampMissed, match=told):
        asked(server.url, local)


def test_who_does_not_answer_is_waited_for_no_longer_than_told(local: LocalAuthority) -> None:
    with (
        wire_server(Later(2.0, b"HTTP/1.1 200 OK\r\n\r\n")) as silent,
        pytest.raises(TimeStampMissed, match=r"did not answer within 0\.2 s"),
    ):
        asked(f"http://stamps:secret@{silent.origin}/", local, seconds_max=0.2)
    with pytest.raises(TimeStampMissed, match="did not answer") as down:
        asked("http://stamps:secret@127.0.0.1:1/", local)
    assert "secret" not in str(down.value)


def settings(url: str | None, pem: str | None) -> Settings:
    return Settings(evidence_timestamp_url=url, evidence_timestamp_ca=pem)


def test_the_settings_name_the_authority_or_say_why_there_is_none(
    local: LocalAuthority,
) -> None:
    root, url = local.root.pem.decode(), "https://stamps.example/tsa"
    named = time_stamp_authority(settings(url, root))
    assert isinstance(named, TimeStampAuthority)
    assert (str(named.url), named.certificates) == (url, local.root)
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
