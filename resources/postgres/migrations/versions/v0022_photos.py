"""The twenty-second revision: a photo is called a photo by all tables, constraints and indexes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"

_TABLES = {
    "images": "photos",
    "listing_images": "listing_photos",
    "reference_images": "reference_photos",
}
_WORDS = {"images": "photos", "picture": "photo"}


def upgrade() -> None:
    """Guarantees the names, and relations by the kind `same_photo`."""
    _rename(_TABLES, _WORDS)
    _rename_relations("same_picture", "same_photo")


def downgrade() -> None:
    """Guarantees the names of the revision before."""
    _rename({new: old for old, new in _TABLES.items()}, {new: old for old, new in _WORDS.items()})
    _rename_relations("same_photo", "same_picture")


def _rename(tables: dict[str, str], words: dict[str, str]) -> None:
    """Renames tables and all that is named after them; no row is read or written."""
    for old, new in tables.items():
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
        for constraint in _names("SELECT conname FROM pg_constraint WHERE conrelid = :t", new):
            if (renamed := _renamed(constraint, words)) != constraint:
                op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {constraint} TO {renamed}")
        for index in _names("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = :t", new):
            if (renamed := _renamed(index, words)) != index:
                op.execute(f"ALTER INDEX {index} RENAME TO {renamed}")


def _names(query: str, table: str) -> list[str]:
    found = op.get_bind().execute(text(query.replace(":t", "CAST(:t AS regclass)")), {"t": table})
    return [str(name) for (name,) in found]


def _renamed(name: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        name = name.replace(old, new)
    return name


def _rename_relations(old: str, new: str) -> None:
    op.execute("ALTER TABLE case_relations DROP CONSTRAINT case_relations_kind_check")
    op.execute("ALTER TABLE case_relations NO FORCE ROW LEVEL SECURITY")  # of all clients
    op.execute(f"UPDATE case_relations SET kind = '{new}' WHERE kind = '{old}'")  # noqa: S608
    op.execute("ALTER TABLE case_relations FORCE ROW LEVEL SECURITY")
    op.execute(
        "ALTER TABLE case_relations ADD CONSTRAINT case_relations_kind_check "
        f"CHECK (kind IN ('same_seller', '{new}'))"
    )
