"""`docs/design.md` against the sheet that pages have: its tables cannot go stale.

`PICTURES=docs/images` with this file makes the pictures of the components anew.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser

from resources.settings import PROJECT_DIR

CSS: Final = (PROJECT_DIR / "api/pages/static/pages.css").read_text()
DOCS: Final = (PROJECT_DIR / "docs/design.md").read_text()
COMPONENTS: Final = (Path(__file__).parent / "design_components.html").read_text()
Scheme = Literal["light", "dark"]
TEXT_CONTRAST_MIN: Final = 4.5  # WCAG 2.2, 1.4.3, of text below 24 px
# Of colours that no rule sets together: text on what its page or card is filled with.
INHERITED: Final = (
    *(("text", ground) for ground in ("ground", "panel", "sunken", "mark")),
    *(("muted", ground) for ground in ("ground", "panel", "sunken")),
    *((colour, "panel") for colour in ("accent", "bad", "good", "warn")),
)
NO_TEXT: Final = frozenset({"line"})  # borders of what also has a label


def colours(scheme: Scheme) -> dict[str, str]:
    """The colours by name; dark ones stand in the place of light ones of the same name."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return named | dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark if scheme == "dark" else "")
    )


def rules() -> Iterator[tuple[str, str]]:
    """Each rule's selector and what it sets."""
    plain = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    yield from re.findall(r"([^{};]+?)\s*\{([^{}]*)\}", plain)


def pairs() -> list[tuple[str, str]]:
    """Every colour of text with the one behind it."""
    found = list(INHERITED)
    for _, body in rules():
        text = re.search(r"(?<![\w-])color: var\(--([\w-]+)\)", body)
        behind = re.search(r"background(?:-color)?: var\(--([\w-]+)\)", body)
        if text and behind:
            found.append((text[1], behind[1]))
    return list(dict.fromkeys(found))


def contrast(first: str, second: str) -> float:
    """The ratio of two colours' luminances as WCAG defines it, from 1 to 21."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_table() -> str:
    light, dark = colours("light"), colours("dark")
    lines = ["| text | on | light | dark |", "|---|---|---|---|"]
    for text, behind in pairs():
        ratios = (contrast(named[text], named[behind]) for named in (light, dark))
        lines.append(
            f"| `{text}` | `{behind}` | {' | '.join(f'{ratio:.1f}' for ratio in ratios)} |"
        )
    return "\n".join(lines)


def colour_table() -> str:
    light, dark = colours("light"), colours("dark")
    lines = ["| name | light | dark |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {light[name]} | {dark[name]} |" for name in light)])


def sizes() -> str:
    """Every size that text is set to."""
    found = re.findall(r"font(?:-size)?: (\d+)px", "\n".join(body for _, body in rules()))
    return f"Sizes of text: {', '.join(map(str, sorted(set(map(int, found)))))} px."


def distances() -> str:
    """The distances that are used twenty times or more."""
    set_to = re.findall(r"(?:gap|padding[\w-]*|margin[\w-]*): ([^;]+)", CSS)
    found = Counter(int(step) for told in set_to for step in re.findall(r"\b(\d+)px", told))
    usual = sorted(step for step, number in found.items() if number >= 20)
    return f"Distances: {', '.join(map(str, usual))} px, and `--gap` (16 px)."


@pytest.mark.parametrize(
    "table",
    [
        colour_table(),
        contrast_table(),
        sizes(),
        distances(),
    ],
    ids=["colours", "contrasts", "sizes", "distances"],
)
def test_the_design_sheet_says_what_the_sheet_of_styles_says(table: str) -> None:
    assert table in DOCS, f"put this into docs/design.md:\n{table}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(scheme: Scheme) -> None:
    named = colours(scheme)
    faint = {pair: contrast(named[pair[0]], named[pair[1]]) for pair in pairs()}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < TEXT_CONTRAST_MIN} == {}


def test_no_colour_is_left_out() -> None:
    looked_at = {name for pair in pairs() for name in pair}
    assert set(colours("light")) - looked_at - NO_TEXT == set()


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_pictures_that_the_sheet_shows_are_there() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", DOCS)
    assert len(shown) >= 4
    assert [name for name in shown if not (PROJECT_DIR / "docs" / name).is_file()] == []


def test_components_wear_classes_of_the_sheet() -> None:
    worn = {name for told in re.findall(r'class="([^"]+)"', COMPONENTS) for name in told.split()}
    assert len(worn) > 15
    assert {name for name in worn if f".{name}" not in CSS} == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_components_can_be_drawn(browser: Browser, scheme: Scheme) -> None:
    page = browser.new_page(
        viewport={"width": 900, "height": 600}, color_scheme=scheme, device_scale_factor=1.5
    )
    page.set_content(COMPONENTS.replace("<style></style>", f"<style>{CSS}</style>"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    behind = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(colours(scheme)["ground"][at : at + 2], 16) for at in (1, 3, 5))
    assert behind == f"rgb({red}, {green}, {blue})"
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"components-{scheme}.png"), full_page=True)
    page.close()
