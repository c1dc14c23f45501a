"""Sends a letter to one address: by SMTP, or into the log of an installation for development."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from infringement_dagster.domain.errors import PermanentError, TransientError
from resources.settings import BadSetting
from resources.text import clean_text

CONSOLE = "console:"
SECONDS_MAX = 20.0  # of each answer of the server
SUBJECT_CHARS_MAX = 200
_PORTS = {"smtp": 587, "smtps": 465}
log = logging.getLogger("resources.mail")


class MailNotTaken(TransientError):
    """The mail server did not answer, or takes this letter later."""


class MailRefused(PermanentError):
    """The mail server takes no letter to this address, or none of ours."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in plain text, and in HTML too; its text may hold a link that lets its reader in."""

    to: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)  # the same once more, for who reads HTML
    unsubscribe_url: str | None = field(default=None, repr=False)  # one POST there ends them
    letter_id: UUID | None = None  # the same whenever it is sent, so that a repeat is known


class Mailer(Protocol):
    """Takes letters to people."""

    def send(self, letter: Letter) -> None:
        """Guarantees that the letter is on its way; raises MailNotTaken and MailRefused."""


@dataclass(frozen=True, slots=True)
class LogMailer:
    """Writes letters into the log, links and all: for development only."""

    def send(self, letter: Letter) -> None:
        """Guarantees that the letter is in the log."""
        log.warning("mail to %s: %s\n%s", letter.to, letter.subject, letter.text)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Hands letters to one server, over TLS unless the setting says otherwise."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_from_start: bool = False
    without_tls: bool = False

    def send(self, letter: Letter) -> None:
        """Guarantees that the server has taken the letter; raises MailNotTaken and MailRefused."""
        with self._failures_explained(letter.to), self._connected() as server:
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(self._message(letter))

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        if self.tls_from_start:
            context = ssl.create_default_context()
            with smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS_MAX, context=context) as s:
                yield s
            return
        with smtplib.SMTP(self.host, self.port, timeout=SECONDS_MAX) as server:
            if not self.without_tls:
                server.starttls(context=ssl.create_default_context())
            yield server

    @contextmanager
    def _failures_explained(self, to: str) -> Iterator[None]:
        where = f"mail server {self.host}:{self.port}"
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[to]
            raise _refusal(f"{where} takes no mail to {to}", code, said) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(where, error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            # Also a log-in that fails: it is about the setting, and no letter is lost by it.
            raise MailNotTaken(f"{where}: {error}; check SMTP_URL and that it runs") from error

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, Address(addr_spec=letter.to)
        # A client may be named over several lines, of which a header takes one.
        message["Subject"] = clean_text(letter.subject, SUBJECT_CHARS_MAX)
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = self._message_id(letter)
        message["Auto-Submitted"] = "auto-generated"  # so that no absence notice answers it
        if letter.unsubscribe_url is not None:  # RFC 8058
            message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        return message

    def _message_id(self, letter: Letter) -> str:
        domain = self.sender.rpartition("@")[2].strip(">")
        if letter.letter_id is not None and domain:
            return f"<{letter.letter_id}@{domain}>"
        return make_msgid(domain=domain or None)


def mailer_of(url: str | None, sender: str | None, pages_url: str | None) -> Mailer | None:
    """The mailer that `SMTP_URL` names, or None where it is not set; raises BadSetting."""
    if url is None:
        return None
    if pages_url is None:
        raise BadSetting("SMTP_URL is set and INFRINGEMENT_PAGES_URL is not: mails link to it")
    if url == CONSOLE:
        return LogMailer()
    if sender is None:
        raise BadSetting("SMTP_URL is set and MAIL_FROM is not: name the sender's address")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or parts.hostname is None:
        raise BadSetting(
            "SMTP_URL cannot be used: it should be smtp://USER:PASSWORD@HOST:587, smtps://... "
            f"or {CONSOLE}; correct the variable or unset it"
        )
    return SmtpMailer(
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        sender,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        tls_from_start=parts.scheme == "smtps",
        without_tls=parse_qs(parts.query).get("tls") == ["none"],
    )


def _refusal(where: str, code: int, said: bytes | str) -> MailNotTaken | MailRefused:
    """SMTP's codes from 500 on are for good."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kind = MailRefused if code >= 500 else MailNotTaken
    return kind(f"{where}: it answered {code} {text[:200]}")
