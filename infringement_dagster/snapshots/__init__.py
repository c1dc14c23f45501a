"""The tables that assets hand to each other: the only polars schemas.

Imports `domain`; assets and the rooms of a scan import it.
"""
