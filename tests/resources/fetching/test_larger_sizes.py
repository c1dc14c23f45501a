from __future__ import annotations

import pytest

from resources.fetching.larger_sizes import larger_url


@pytest.mark.parametrize(
    ("url", "larger"),
    [
        (
            "https://i.ebayimg.com/images/g/VgAAAeSw/s-l140.webp",
            "https://i.ebayimg.com/images/g/VgAAAeSw/s-l1600.webp",
        ),
        (
            "https://m.media-amazon.com/images/I/71vhX+aWUDL._AC_UL320_.jpg",
            "https://m.media-amazon.com/images/I/71vhX+aWUDL.jpg",
        ),
        (
            "https://i5.walmartimages.com/asr/a1.jpeg?odnHeight=180&odnWidth=180&odnBg=FFFFFF",
            "https://i5.walmartimages.com/asr/a1.jpeg?odnHeight=1600&odnWidth=1600&odnBg=FFFFFF",
        ),
        ("https://i.ebayimg.com/images/g/VgAAAeSw/s-l1600.jpg", None),
        ("https://m.media-amazon.com/images/I/71vhX+aWUDL.jpg", None),
        ("https://shop.example/s-l140", None),
        ("https://shop.example/photo.jpg?width=180", None),
        ("", None),
    ],
)
def test_small_sizes_of_known_marketplaces_lead_to_larger_ones(
    url: str, larger: str | None
) -> None:
    assert larger_url(url) == larger
