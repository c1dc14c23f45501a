"""Deletions: expiry of old rows, erasure of a client, Dagster's own tables."""
