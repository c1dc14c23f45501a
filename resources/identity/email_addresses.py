"""E-mail addresses in one form, so that a person has one account however the address is typed."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from infringement_dagster.domain.errors import PermanentError, ProblemKind

ADDRESS_CHARS_MAX = 320


class BadAddress(PermanentError):
    """The text is no e-mail address."""

    problem = ProblemKind(422, "bad-address", "No e-mail address", "Correct the address.")


def new_address(text: str) -> str:
    """The address in lower case, its domain in Unicode; raises BadAddress."""
    try:
        found = validate_email(
            text[: ADDRESS_CHARS_MAX + 1], check_deliverability=False, globally_deliverable=False
        )
    except EmailNotValidError as error:
        raise BadAddress(f"{text[:80]!r} is no e-mail address: {error}") from error
    return _lowered(found.normalized)


def known_address(text: str) -> str:
    """The form under which the address of an account is looked up; never raises.

    An address kept before there were rules, such as `root@localhost`, is in lower case only.
    """
    try:
        return new_address(text)
    except BadAddress:
        return _lowered(text[:ADDRESS_CHARS_MAX])


def _lowered(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())
