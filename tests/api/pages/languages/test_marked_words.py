"""Every word that a template says is marked for translation, and nothing but its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from api.pages.languages.extraction import TEMPLATES

_MARKED = re.compile(r"\{% trans.*?endtrans \+?%\}", re.DOTALL)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_CLASSES = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}")
_NOT_SAID = re.compile(r'[\w-]+="[^"]*"|\S*[/?=]\S*')  # what a macro writes into a tag; addresses
_SAID_AS_IT_IS = re.compile(r"<(kbd|code|script|style)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'(?:aria-label|title|placeholder|alt|hx-confirm)="([^"]*)"')
_ENTITY = re.compile(r"&[a-z]+;")
# Digest names and units are the same in all languages.
_SAME = {"SHA-256", "ms", "UTC"}
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")
# A constant of an expression that reads as words, and not as a name or a part of an address.
_SPOKEN = re.compile(r"[A-Z][a-z]+( |$)|[a-z]+ [a-z]+")
PAGES = sorted(TEMPLATES.glob("*.html"))


def unmarked(text: str) -> list[str]:
    text = _MARKED.sub("", text)
    attributes = [_JINJA.sub("", said) for said in _ATTRIBUTE.findall(text)]
    text = _JINJA.sub("", _CLASSES.sub("", text))
    said = _TAG.sub(" ", _SAID_AS_IT_IS.sub(" ", text))
    shown = _NOT_SAID.sub(" ", _ENTITY.sub(" ", " ".join([said, *attributes])))
    words = _WORDS.findall(shown)
    return [word for word in words if word not in _SAME]


def spoken(page: nodes.Template) -> Iterator[str]:
    """The words in expressions that no call of `_` or `ngettext` holds."""
    marked = {
        id(inner)
        for call in page.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for inner in call.find_all(nodes.Const)
    }
    for constant in page.find_all(nodes.Const):
        value = constant.value
        if isinstance(value, str) and id(constant) not in marked and _SPOKEN.search(value):
            yield value


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_word_of_a_template_is_unmarked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_word_in_an_expression_is_unmarked(path: Path) -> None:
    page = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    assert list(spoken(page)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_markup_comes_from_templates_and_catalogues_alone(path: Path) -> None:
    """What `_` gives is markup already, so it must never be given what somebody typed."""
    page = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    calls = [
        call
        for call in page.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
    ]
    assert [call.lineno for call in calls if not isinstance(call.args[0], nodes.Const)] == []


def test_an_unmarked_word_is_found() -> None:
    assert unmarked('<p title="Your photo">{{ _("Marked") }} and {{ name }}</p>') == [
        "and",
        "Your",
        "photo",
    ]
    page = Environment(extensions=["jinja2.ext.i18n"]).parse(
        '{{ _("Save") if may else "Look on" }}{% trans %}Go on{% endtrans %}'
    )
    assert list(spoken(page)) == ["Look on"]


def test_no_words_are_set_where_templates_import_from() -> None:
    """Jinja makes such a template once, in the language of whoever comes first."""
    parsed = {path.name: Environment().parse(with_calls(path)) for path in PAGES}
    imported = {
        node.template.value
        for page in parsed.values()
        for node in page.find_all(nodes.FromImport)
        if isinstance(node.template, nodes.Const)
    }
    assert "parts.html" in imported
    assert [name for name in sorted(imported) if any(sets_words(parsed[name]))] == []


def with_calls(path: Path) -> str:
    """The template without blocks of translation, which this parser does not know."""
    return _MARKED.sub("{{ _('') }}", path.read_text())


def sets_words(page: nodes.Template) -> Iterator[str]:
    for node in page.body:
        if isinstance(node, nodes.Assign):
            yield from (name.name for name in node.find_all(nodes.Name) if name.name == "_")
            yield from (one.name for one in node.find_all(nodes.Filter) if one.name == "translated")
