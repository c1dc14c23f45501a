"""A client's config document is read and checked; `photos/intake.py` takes the client in.

Imports `resources` and `domain`; API, command line and the rooms of a scan import it.
"""
