"""The `match`, `evaluate` and `calibrate` commands: files in, tables and plots out.

Belongs here: reading and writing files, progress, use of all cores. Not here: any judgement about
pictures, titles or scores (`infringement_dagster.matching`).
"""
