"""Which passwords may be set.

Length alone lets "Password1234" in; zxcvbn compares with 30,000 common passwords, names and words,
keyboard walks, dates and what is known of the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from infringement_dagster.domain.errors import PermanentError, ProblemKind

PASSWORD_CHARS_MIN = 12
PASSWORD_CHARS_MAX = 200
# zxcvbn's 3: more than 10^8 guesses. Of its time, which grows with the cube of the length, 24
# characters take 0.4 s at worst; a password is at least as strong as what it begins with.
_SCORE_MIN = 3
_JUDGED_CHARS = 24
_WORD = re.compile(r"\w{3,}")


class WeakPassword(PermanentError):
    """The password could be guessed, or cannot be typed again."""

    problem = ProblemKind(422, "weak-password", "The password is too weak", "Choose another one.")


def check_password(password: str, about: Iterable[str] = ()) -> None:
    """Returns when the password may be set; `about` is what others know of the person.

    Raises WeakPassword.
    """
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise WeakPassword(
            f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters; "
            "choose another one"
        )
    if password != password.strip() or any(_is_untypeable(character) for character in password):
        raise WeakPassword(
            "a password neither begins nor ends with a blank and holds no control characters; "
            "choose another one"
        )
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 12 MB, and passwords are set seldom

    known = [word.lower() for text in about for word in (text, *_WORD.findall(text))]
    found = zxcvbn(password[:_JUDGED_CHARS], user_inputs=known)
    if found["score"] < _SCORE_MIN:
        why = found["feedback"]["warning"].rstrip(".") or "it is among the first that are tried"
        raise WeakPassword(f"the password is easy to guess ({why}); choose four unrelated words")


def _is_untypeable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn"}
