"""The first rows of what a step made, as a table that Dagster's UI shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.photos.thumbnails import main_photo
from resources.settings import PageLinks

if TYPE_CHECKING:
    import polars as pl

PREVIEW_ROWS = 10
Thumbnail = Callable[[str], str | None]  # the data URL of a photo by its SHA-256
PHOTO = "photo"
CASE = "case_id"
LISTING = "listing_id"
URL = "url"  # of the listing, to which its id leads
PHOTO_URL = "photo_url"
_CELL_CHARS = 60
_ID_CHARS = 8
_IN_ADDRESS = ":/?#@!$&'()*+,;=%~"  # kept as it is; anything else could end the link or the cell


def most_probable(
    scored: pl.DataFrame, listings: pl.DataFrame, columns: Sequence[str]
) -> pl.DataFrame:
    """The first rows to show, most probable first, with columns of theirs and of their listings."""
    named = {"listing_id", "probability", *columns} & set(scored.columns)
    first = scored.select(sorted(named)).sort("probability", descending=True).head(PREVIEW_ROWS)
    listed = listings.select("listing_id", "title", "url")
    return first.join(listed, on="listing_id", maintain_order="left").select(columns)


def with_photos(
    rows: pl.DataFrame, photos: Mapping[str, Sequence[ListingPhoto]], thumbnail: Thumbnail
) -> pl.DataFrame:
    """The rows behind a column of their listings' main photos."""
    main = [main_photo(photos.get(listing_id, ())) for listing_id in rows["listing_id"]]
    return _behind_photos(rows, main, thumbnail)


def with_own_photos(rows: pl.DataFrame, thumbnail: Thumbnail) -> pl.DataFrame:
    """Rows of photos behind a column that shows each, in place of its SHA-256."""
    return _behind_photos(rows.drop("sha256"), rows["sha256"].to_list(), thumbnail)


def _behind_photos(
    rows: pl.DataFrame, sha256s: Sequence[str | None], thumbnail: Thumbnail
) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - importing polars starts threads, forbidden before a fork

    shown = [None if sha256 is None else thumbnail(sha256) for sha256 in sha256s]
    return rows.with_columns(pl.Series(PHOTO, shown, pl.String)).select(PHOTO, *rows.columns)


def markdown_table(frame: pl.DataFrame, client_id: str, pages: PageLinks) -> str:
    """The frame as a Markdown table; long cells are cut, listings, addresses and cases are links.

    What strangers wrote is never more than text: only the column `photo`, which is ours, is shown.
    """
    if frame.is_empty():
        return "(no rows)"
    named = [name for name in frame.columns if name != URL or LISTING not in frame.columns]
    lines = [named, ["---"] * len(named)]
    lines += [
        [_cell(name, row, client_id, pages) for name in named]
        for row in frame.iter_rows(named=True)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(name: str, row: Mapping[str, object], client_id: str, pages: PageLinks) -> str:
    value = row[name]
    text = "" if value is None else str(value)
    if isinstance(value, float):
        return str(round(value, 3))
    if name == PHOTO:
        return f"![]({text})" if text else ""
    if name == CASE:
        address = pages.case(client_id, text)
        return text if address is None else f"[{text[:_ID_CHARS]}](<{address}>)"
    if name == LISTING:
        return _link(text, str(row.get(URL)))
    return (
        _link(text.partition("://")[2].partition("/")[0], text)
        if name == PHOTO_URL
        else _shown(text)
    )


def _link(text: str, address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return _shown(text)
    return f"[{_shown(text)}](<{quote(address, safe=_IN_ADDRESS)}>)"


def _shown(text: str) -> str:
    text = text if len(text) <= _CELL_CHARS else text[: _CELL_CHARS - 1] + "…"
    for mark in ("\\", "|", "<", "`", "[", "]", "*", "_"):
        text = text.replace(mark, f"&#{ord(mark)};")
    return " ".join(text.split())
