"""The schema's history: one Alembic revision per step, its tables as SQL in `sql/`.

Belongs here: tables, grants, policies. Not here: when and as whom they run (`upgrade.py`).
"""
