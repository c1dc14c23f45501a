"""Shared by all routes: problems, schemas, cursors, quotas, observation."""
