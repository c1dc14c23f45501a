"""A client is taken in and its config document read and checked.

Imports `resources` and `domain`; API, command line and the rooms of a scan import it.
"""
