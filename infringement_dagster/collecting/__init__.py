"""Listings are read from a provider, page by page, and kept as they come; files are imported.

Imports `scans`, `snapshots` and `resources`; the asset `raw_listings` imports it.
"""
