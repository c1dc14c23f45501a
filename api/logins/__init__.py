"""Logging in over HTTP, for the API and the pages."""
