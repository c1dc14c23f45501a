"""Letters to a real server: with and without TLS, taken, put off and refused."""

from __future__ import annotations

import logging
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from resources.mail.mailer import Letter, Mailer, MailNotTaken, MailRefused, mailer_of
from resources.settings import BadSetting
from tests.support.mail_server import PASSWORD, USER, mail_server, text_of

LETTER = Letter("ann@acme.example", "Grüße", "Viel Glück:\nhttps://pages.example/x?token=1\n")
SENDER, PAGES = "Review <review@pages.example>", "https://pages.example"


def mailer(url: str) -> Mailer:
    found = mailer_of(url, SENDER, PAGES)
    assert found is not None
    return found


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1, which this process believes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "both.pem").write_bytes(private + pem)
    (tmp_path / "known.pem").write_bytes(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "known.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    return context


def test_a_letter_arrives_with_its_subject_text_and_sender() -> None:
    with mail_server() as server:
        mailer(f"smtp://127.0.0.1:{server.port}?tls=none").send(LETTER)
        letter = server.letter()
    assert (letter["To"], letter["From"], letter["Subject"]) == (LETTER.to, SENDER, LETTER.subject)
    assert text_of(letter) == LETTER.text
    assert letter["Message-ID"].endswith("@pages.example>")
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_letter_goes_over_tls_to_a_server_that_wants_a_log_in(
    certificate: ssl.SSLContext,
) -> None:
    with mail_server(certificate) as server:
        account = f"{USER}:{PASSWORD.replace(' ', '%20')}"
        mailer(f"smtp://{account}@127.0.0.1:{server.port}").send(LETTER)
        assert server.letter()["Subject"] == LETTER.subject
        assert server.users == [USER]
        with pytest.raises(MailNotTaken, match="535"):
            mailer(f"smtp://{USER}:wrong@127.0.0.1:{server.port}").send(LETTER)


def test_a_letter_goes_to_a_server_that_speaks_tls_from_the_start(
    certificate: ssl.SSLContext,
) -> None:
    with mail_server(certificate, from_start=True) as server:
        mailer(f"smtps://127.0.0.1:{server.port}").send(LETTER)
        assert server.letter()["Subject"] == LETTER.subject


def test_a_server_with_a_certificate_that_nobody_signed_gets_no_letter(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(certificate) as server:
        with pytest.raises(MailNotTaken, match="certificate"):
            mailer(f"smtp://127.0.0.1:{server.port}").send(LETTER)
        assert server.is_empty


def test_no_letter_goes_to_a_server_without_tls_unless_the_setting_says_so() -> None:
    with mail_server() as server:
        with pytest.raises(MailNotTaken, match="STARTTLS"):
            mailer(f"smtp://127.0.0.1:{server.port}").send(LETTER)
        assert server.is_empty


def test_a_server_puts_off_refuses_or_is_away() -> None:
    with mail_server() as server:
        there = mailer(f"smtp://127.0.0.1:{server.port}?tls=none")
        server.answers = ["451 later", "550 no such box"]
        with pytest.raises(MailNotTaken, match="451 later"):
            there.send(LETTER)
        with pytest.raises(MailRefused, match="550 no such box"):
            there.send(LETTER)
    with pytest.raises(MailNotTaken, match="check SMTP_URL"):
        there.send(LETTER)


def test_in_development_a_letter_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        mailer("console:").send(LETTER)
    assert "mail to ann@acme.example: Grüße" in caplog.text
    assert "token=1" in caplog.text


@pytest.mark.parametrize(
    ("url", "sender", "pages", "told"),
    [
        ("smtp://h", SENDER, None, "INFRINGEMENT_PAGES_URL"),
        ("smtp://h", None, PAGES, "MAIL_FROM"),
        ("http://h", SENDER, PAGES, "smtp://"),
        ("smtp://", SENDER, PAGES, "smtp://"),
    ],
)
def test_a_wrong_setting_is_told_without_its_password(
    url: str, sender: str | None, pages: str | None, told: str
) -> None:
    with pytest.raises(BadSetting, match=told):
        mailer_of(url, sender, pages)
    assert mailer_of(None, None, None) is None
