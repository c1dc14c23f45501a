"""Everything started on one machine: database, object store, Dagster, API, sandbox.

Imports `engine` and below; the command line imports it.
"""
