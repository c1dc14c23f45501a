"""The client is tried against the API itself: its fixtures are those of the API's tests."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from typer.testing import CliRunner, Result

from infringement_dagster.cli.remote.commands import app as remote_app
from tests.api.conftest import CallerOf, api_settings, app, base_url, caller_of, http, objects

__all__ = ["api_settings", "app", "base_url", "caller_of", "http", "objects"]


@dataclass
class Remote:
    """`infringement remote` with the address and key of one client in the environment."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(remote_app, arguments, env=self.environment)


@pytest.fixture
def remote(base_url: str, caller_of: CallerOf) -> Remote:
    return remote_with(base_url, caller_of("acme", "admin").key)


def remote_with(api_url: str, key: str) -> Remote:
    """The commands of whoever has the key, a key of the client `acme`."""
    return Remote(
        {
            "INFRINGEMENT_API": api_url,
            "INFRINGEMENT_API_KEY": key,
            "INFRINGEMENT_CLIENT": "acme",
        }
    )
