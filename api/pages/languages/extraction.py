"""All words that pages show, as they stand in the sources: `make messages` brings catalogues up to
date with them.

Templates and calls of `gettext` name their words themselves. Tables of words stay plain, those of
the domain too: here stands in which calls and under which names they are found.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from api.pages.clients.reference_wall import SMALL
from api.pages.languages.catalogues import ENGLISH, LANGUAGES, catalogue_path
from infringement_dagster.clients.config_document import Weekday
from infringement_dagster.domain.event import NoticeState
from infringement_dagster.domain.moderation.lists import ListName
from infringement_dagster.domain.permissions import Role
from infringement_dagster.domain.scan import RunState, Trigger

_OF_TOOLS: Final = (b'"Report-Msgid', b'"POT-', b'"PO-Rev', b'"Last-Tr', b'"Generated', b'"Project')
Message = str | tuple[str, str]
Found = tuple[str, int, Message]  # file, line, the words; in two forms where a number decides

ROOT: Final = Path(__file__).parents[3]
TEMPLATES: Final = ROOT / "api" / "pages" / "templates"
SOURCES: Final = ("api", "infringement_dagster")
MAILS: Final = "reporting/alerts/event_words.py"  # mails and chats are in English
OPTIONS: Final = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
# The places of words among the arguments of a call.
CALLS: Final[dict[str, tuple[int, ...]]] = {
    "gettext": (0,),
    "marked": (0,),
    "SignalWords": (0, 1, 2, 3, 4),
    "ReasonWording": (0, 1),
    "ReasonPreset": (1,),
    "ProblemKind": (2, 3),
    "Problem": (1,),
    "WrongLogin": (0,),
    "NavLink": (0,),
    "Tab": (1,),
    "GroupRule": (1, 2),
    "SectionRule": (1,),
    "FieldRule": (1, 3),
    "Shape": (1, 2, 3),
}
PLURAL_CALLS: Final = {"ngettext": (0, 1), "_Wording": (1, 2)}
NAMED: Final = {"hint"}  # arguments of these calls that go by their names
# Tables whose values are words, or begin with them.
TABLES: Final = frozenset(
    {
        *("VIOLATIONS", "DECISIONS", "RELATIONS", "SORTS", "PHASES", "WAITS", "_TITLES"),
        *("CADENCES", "KINDS", "OUTCOMES", "STATES", "_TABS", "_WORDS", "LABELS"),
        *("ACTIONS", "IMPORTANCE"),
    }
)
_JINJA_CALLS: Final = ("_", "gettext", "ngettext")
KEYS: Final = ("KEYS", "_HELP", "keys")  # what the keys of a page do: pairs of both
# Said as programs say them, where English has no better word.
AS_THEY_ARE: Final = (
    *get_args(RunState),
    *get_args(Trigger),
    *get_args(NoticeState),
    *get_args(Role),
    *get_args(ListName),
    *(weekday.capitalize() for weekday in get_args(Weekday)),
    *("skipped", "title", "brand field", "description"),  # outcomes; where a brand was read
    *("search row", "listing page", "imported"),  # where a fact was read
    "Unclassified",
    SMALL,  # its figure is a limit of photos
)


def messages() -> Catalog:
    """All words of the sources, without any translation."""
    catalogue = Catalog(project="infringement-dagster", fuzzy=False)
    for file, line, message in (*_in_templates(), *_in_sources(), *_as_they_are()):
        catalogue.add(message, locations=[(file, line)])
    return catalogue


def bring_up_to_date(language: str) -> Catalog:
    """The language's catalogue with the words of the sources, in their order; nothing guessed."""
    with catalogue_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language)
    catalogue.update(messages(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file that changes where its words do, and not with lines or days."""
    text = io.BytesIO()
    write_po(text, catalogue, width=100, include_lineno=False, omit_header=False)
    lines = text.getvalue().lstrip().splitlines(True)
    return b"".join(line for line in lines if not line.startswith(_OF_TOOLS))


def _in_templates() -> Iterator[Found]:
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as source:
            for line, call, said, _ in babel_extract(source, _JINJA_CALLS, (), OPTIONS):
                parts = [said] if isinstance(said, str) else [part or "" for part in said or ()]
                message = (parts[0], parts[1]) if call == "ngettext" else parts[0]
                yield _placed(path), line, message


def _in_sources() -> Iterator[Found]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.match(MAILS):
                continue
            for node in ast.walk(ast.parse(path.read_bytes())):
                for message in _said_by(node):
                    yield _placed(path), getattr(node, "lineno", 0), message


def _said_by(node: ast.AST) -> Iterator[Message]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in PLURAL_CALLS:
            single, many = (_text(node, place) for place in PLURAL_CALLS[name])
            if single and many:
                yield single, many
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield from filter(None, (_text(node, place) for place in CALLS[name]))
            yield from _strings(word.value for word in node.keywords if word.arg in NAMED)
        case ast.keyword(arg=str(name), value=value) if name in KEYS:
            yield from _of_keys(value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield from _of_table(name, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield from _of_table(name, value)


def _of_table(name: str, value: ast.expr) -> Iterator[str]:
    if name.endswith(KEYS):
        yield from _of_keys(value)
    if name in TABLES and isinstance(value, ast.Dict):
        yield from _strings(
            item.elts[0] if isinstance(item, ast.Tuple) else item for item in value.values
        )


def _of_keys(value: ast.expr) -> Iterator[str]:
    pairs = [item for item in ast.walk(value) if isinstance(item, ast.Tuple)]
    yield from _strings(pair.elts[1] for pair in pairs if len(pair.elts) == 2)


def _strings(values: Iterator[ast.expr]) -> Iterator[str]:
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
            yield value.value


def _text(call: ast.Call, place: int) -> str | None:
    return next(_strings(iter(call.args[place : place + 1])), None)


def _as_they_are() -> Iterator[Found]:
    for word in AS_THEY_ARE:
        yield _placed(Path(__file__)), 0, word


def _placed(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    for language in LANGUAGES.keys() - {ENGLISH}:
        catalogue_path(language).write_bytes(written(bring_up_to_date(language)))
