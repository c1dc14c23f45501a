"""Listings that clients bring as files, searched like any provider's.

An import (`infringement_dagster/collecting/import_listings.py`) keeps a file's listings as pages;
a scan reads these.
"""
