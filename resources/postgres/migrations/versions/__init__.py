"""Revisions, oldest first by number; a published one is never edited."""
