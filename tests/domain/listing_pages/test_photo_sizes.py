from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.listing_pages.photo_sizes import larger_url, unsized_url

EBAY = "https://i.ebayimg.com/images/g/VgAAAeSw"
AMAZON = "https://m.media-amazon.com/images/I/71vhX+aWUDL"
WALMART = "https://i5.walmartimages.com/asr/a1.jpeg"


@pytest.mark.parametrize(
    ("url", "size_px", "larger"),
    [
        (f"{EBAY}/s-l140.webp", 1600, f"{EBAY}/s-l1600.webp"),
        (f"{EBAY}/s-l140.webp", 600, f"{EBAY}/s-l640.webp"),  # eBay serves no 600
        (f"{EBAY}/s-l640.jpg", 600, None),
        (f"{EBAY}/s-l1600.jpg", 1600, None),
        (f"{AMAZON}._AC_UL320_.jpg", 1600, f"{AMAZON}._AC_SL1600_.jpg"),
        (f"{AMAZON}._AC_UY218_.jpg", 600, f"{AMAZON}._AC_SL600_.jpg"),
        (f"{AMAZON}._SX679_.jpg", 600, None),
        (f"{AMAZON}.jpg", 1600, None),  # the original
        (
            f"{WALMART}?odnHeight=180&odnWidth=180&odnBg=FFFFFF",
            600,
            f"{WALMART}?odnHeight=600&odnWidth=600&odnBg=FFFFFF",
        ),
        (f"{WALMART}?odnHeight=2000&odnWidth=2000", 600, None),
        ("https://shop.example/s-l140", 600, None),
        ("https://shop.example/photo.jpg?width=180", 600, None),
        ("https://shop.example/photo_UX100_.jpg", 600, None),
        ("", 600, None),
    ],
)
def test_sizes_of_known_marketplaces_lead_to_larger_ones(
    url: str, size_px: int, larger: str | None
) -> None:
    assert larger_url(url, size_px) == larger


def test_all_sizes_of_a_photo_are_one_address() -> None:
    for one, other in [
        (f"{EBAY}/s-l140.webp", f"{EBAY}/s-l1600.webp"),
        (f"{AMAZON}._AC_UL320_.jpg", f"{AMAZON}.jpg"),
        (f"{WALMART}?odnHeight=180&odnWidth=180", f"{WALMART}?odnHeight=600&odnWidth=600"),
    ]:
        assert unsized_url(one) == unsized_url(other)
    assert unsized_url(f"{EBAY}/s-l140.webp") != unsized_url(f"{EBAY}2/s-l140.webp")


HOSTILE = st.lists(
    st.sampled_from(
        [
            "https://",
            "evil.example",
            "i.ebayimg.com",
            "@",
            ":8443",
            "/",
            "/images/I/",
            "/s-l140.jpg",
            "s-l99999",
            "._AC_UL320_",
            "._",
            "_",
            ".jpg",
            "?",
            "&",
            "odnHeight=180",
            "odnWidth=9",
            "#",
            "%2f",
            "{0}",
            "{px}",
            "\\1",
            "\n",
            "\u202e",
            "//127.0.0.1",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
).map("".join)


@given(HOSTILE, st.integers(1, 4000))
def test_whatever_the_address_holds_only_its_size_is_exchanged(url: str, size_px: int) -> None:
    larger = larger_url(url, size_px)
    for other in (unsized_url(url), larger or url):
        try:
            before, after = urlsplit(url), urlsplit(other)
        except ValueError:  # no address before, so none that is fetched
            continue
        assert (before.scheme, before.netloc) == (after.scheme, after.netloc)
    if larger is not None:
        assert unsized_url(larger) == unsized_url(url)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["/images/I/a", "._AC_UL320_", "odnHeight=1", "/s-l1", "_UL1"])
def test_a_long_hostile_address_is_read_in_linear_time(part: str) -> None:
    assert unsized_url(part * 100_000)
