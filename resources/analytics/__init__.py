"""DuckDB over Parquet in the object store: sessions read the objects named and nothing else."""
