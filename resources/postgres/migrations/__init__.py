"""The schema's history: one Alembic revision per step, its tables as SQL in `sql/`."""
