"""Finds counterfeits and copycats on marketplaces; see README.md. Imports nothing."""
