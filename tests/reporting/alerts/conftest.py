from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.mail_server import MailServer, mail_server


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
