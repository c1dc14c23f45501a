"""A mail server on a free port of this machine, with what it was given."""

from __future__ import annotations

import queue
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "mailer", "sesame seed"
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


@dataclass
class MailServer:
    """What aiosmtpd calls for each letter; `answers` are given before letters are taken."""

    answers: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    port: int = 0
    _letters: queue.Queue[EmailMessage] = field(default_factory=queue.Queue)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self._letters.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.users.append(given.login.decode())
        return AuthResult(success=given.password.decode() == PASSWORD, handled=False)

    def letter(self) -> EmailMessage:
        """The next letter, which must come."""
        return self._letters.get(timeout=20)

    def letter_asked_for(self) -> EmailMessage:
        """The next letter that is no alert: those come at times of their own."""
        while "List-Unsubscribe" in (letter := self.letter()):
            pass
        return letter

    @property
    def is_empty(self) -> bool:
        """True when no letter has come that was not looked at."""
        return self._letters.empty()


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, *, from_start: bool = False
) -> Iterator[MailServer]:
    """The server, which with `tls` offers STARTTLS and wants a log-in, or speaks TLS at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = MailServer(port=port)
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=port,
        authenticator=server.authenticate,
        ssl_context=tls if from_start else None,
        tls_context=None if from_start else tls,
        require_starttls=tls is not None and not from_start,
        auth_required=tls is not None and not from_start,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


def link_in(letter: EmailMessage) -> str:
    """The one link in the letter."""
    (link,) = _LINK.findall(text_of(letter))
    return str(link)
