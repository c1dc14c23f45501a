"""The client is tried against the API itself: its fixtures are those of the API's tests."""

from tests.api.conftest import api_settings, app, base_url, caller_of, http, objects

__all__ = ["api_settings", "app", "base_url", "caller_of", "http", "objects"]
