"""Listings of a run are scored against their client's config and references.

Imports `photos` and below; the asset `scores`, the config preview and the command line import it.
"""
