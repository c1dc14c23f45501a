"""Saved answers of the real vendor, replayed byte for byte from a folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.photos import MEDIA_TYPES

_PREFIXES: dict[Provider, str] = {
    "amazon": "amazon-search",
    "ebay": "ebay-search",
    "walmart": "walmart-search",
    "google_shopping": "google-shopping",
}
_PAGE_NO = re.compile(r"page(\d{1,4})")
_PHOTO_URL = re.compile(
    rb'"(https?:(?:\\?/){2}[^"\s]{1,2000}?\.(?:jpe?g|png|webp|gif|avif)(?:\?[^"\s]{0,500})?)"',
    re.IGNORECASE,
)


class CapturedPages:
    """The pages in a folder; any query gets those of its provider whose name fits best."""

    def __init__(self, folder: Path, photos: DealtPhotos | None = None) -> None:
        self._photos = photos
        self._files: dict[tuple[Provider, int], list[Path]] = {}
        for path in sorted(folder.glob("*.json")):
            twin = path.with_name(path.name.replace(".utf8.json", ".json"))
            if twin != path and twin.exists():
                continue  # the byte-for-byte file is the truth
            for provider, prefix in _PREFIXES.items():
                page_no = _PAGE_NO.search(path.name)
                if path.name.startswith(prefix) and page_no:
                    self._files.setdefault((provider, int(page_no.group(1))), []).append(path)

    def page(self, provider: Provider, query: str, page_no: int, base_url: str) -> bytes | None:
        """The saved answer, photos pointing here if there are photos; None beyond the last."""
        files = self._files.get((provider, page_no), [])
        if not files:
            return None
        words = set(query.lower().split())
        best = max(files, key=lambda path: len(words & set(path.name.lower().split("-"))))
        content = best.read_bytes()
        return content if self._photos is None else self._photos.point_here(content, base_url)


class DealtPhotos:
    """The photos of a folder, dealt to photo addresses by their hash, always the same way."""

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in MEDIA_TYPES)
        if not self._paths:
            raise FileNotFoundError(f"{folder} holds no photos ({', '.join(MEDIA_TYPES)})")

    def point_here(self, content: bytes, base_url: str) -> bytes:
        """The answer with every photo's address replaced by one of this server."""

        def local(found: re.Match[bytes]) -> bytes:
            digest = hashlib.sha256(found.group(1)).hexdigest()[:24]
            name = f"{digest}{self._path(digest).suffix.lower()}"
            return f'"{base_url}/photos/{name}"'.encode()

        return _PHOTO_URL.sub(local, content)

    def file(self, name: str) -> bytes | None:
        """The photo dealt to a name, unchanged; None for a name that is none of ours."""
        digest, _, _ = name.partition(".")
        if not re.fullmatch(r"[0-9a-f]{24}", digest):
            return None
        return self._path(digest).read_bytes()

    def _path(self, digest: str) -> Path:
        return self._paths[int(digest, 16) % len(self._paths)]
