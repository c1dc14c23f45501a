"""Postgres: the embedded server, roles, schema and the stores over it."""
