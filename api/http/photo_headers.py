"""The headers under which photos of strangers are shown: kept by one person, harmless as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Never another photo under the same address; asked for again by whoever logs in next.
PHOTO_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Vary": "Authorization, Cookie",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
