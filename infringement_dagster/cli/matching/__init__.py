"""The `match`, `evaluate` and `calibrate` commands: files in, tables and plots out."""
