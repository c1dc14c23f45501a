"""How scans, decisions and notices become a client's weekly report: export, measures, page.

And how an analyst asks the same tables. DuckDB reads Parquet in the object store, Postgres rests.
"""
