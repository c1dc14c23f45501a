"""Photos of listings and references are fetched, hashed and kept.

Imports `scans`, `snapshots` and `resources`; scoring and the asset `image_hashes` import it.
"""
