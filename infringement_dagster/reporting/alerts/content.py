"""A mail's content in words, before it is written as text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Line:
    """A thing that is told, what there is to say of it, and where it is shown."""

    text: str
    detail: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Some lines under a title; `more` says what was left out."""

    title: str
    lines: tuple[Line, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a mail says but for how to end it."""

    subject: str
    opening: str
    sections: tuple[Section, ...]
    action: Line | None = None  # the page to go to


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the reader gets the mail, and how they get none any more."""

    reason: str
    unsubscribe_url: str
    settings_url: str | None = None


def as_text(content: Content, ending: Ending) -> str:
    """The mail as plain text."""
    return _texts.get_template("letter.txt").render(content=content, ending=ending)


def as_html(content: Content, ending: Ending) -> str:
    """The mail as HTML that asks for nothing from elsewhere; all that it shows is escaped."""
    return _pages.get_template("letter.html").render(content=content, ending=ending)


def counted(number: int, single: str, many: str) -> str:
    """The number with its noun, such as "1 case" or "1,200 cases"."""
    return f"{number:,} {single if number == 1 else many}"


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - False for plain text alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


_texts = _environment(autoescape=False)
_pages = _environment(autoescape=True)
