"""Contact strings that sellers write into descriptions: phones, e-mail, messengers, web pages.

Each is kept in one form (`phone:+8613912345678`), so that two ways to write it are the same. What
belongs to marketplaces, carriers and payment is left out: everybody names those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_CONTACTS_MAX: Final = 20  # of one description; who lists more lists none of their own
_TEXT_MAX_CHARS: Final = 20_000
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})", re.I)
_WEB = re.compile(
    r"(?<![@\w.-])(?:https?://|www\.)?((?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|shop|store|cn|ru|de|"
    r"fr|it|es|pl|uk|eu|us|co|io|me|top|xyz|online|site|club|biz|info|app|link|vip))(?![\w-])",
    re.I,
)
_HANDLE = re.compile(
    r"(?:whats\s?app|we\s?chat|weixin|telegram|viber|line\s?id|signal|skype|kakao(?:talk)?|"
    r"instagram|facebook|\bqq|\bwx|\big|\btg)"
    r"\s*(?:id|no|number|me|us)?\s*[:=：@-]?\s*@?([a-z0-9_.+-]{4,32})",
    re.I,
)
_AT = re.compile(r"(?<![\w@./-])@([a-z0-9_.]{4,32})\b", re.I)
# Numbers without a country's code or a word before them are barcodes and models.
_PHONE = re.compile(
    r"(?:(?<![\w.,/-])(?:\+|00)|\b(?:phone|tel|telephone|mobile|call|cell|whatsapp|tel[eé]fono|"
    r"telefon|handy|hotline|line)\b\D{0,12})\(?\d[\d\s().\u2011-]{6,20}\d(?![\w%/-])",
    re.I,
)
_PHONE_DIGITS = (9, 15)
_WORDS = re.compile(r"\w+")
# Whose addresses stand in descriptions of strangers.
_PUBLIC = frozenset(
    _WORDS.findall(
        "amazon ebay walmart etsy aliexpress alibaba temu wish google youtube facebook "
        "instagram whatsapp telegram twitter tiktok pinterest paypal visa mastercard klarna "
        "dhl ups fedex usps gls dpd royalmail hermes evri ontrac 17track parcelsapp shopify "
        "example gmail outlook hotmail yahoo icloud proton protonmail qq 163 126 web gmx mail"
    )
)
_NO_HANDLES = frozenset(
    _WORDS.findall("number please contact message chat available below here order from")
)


def contacts_in(description: str) -> frozenset[str]:
    """The contacts that the description names, each in one form; none where it lists very many."""
    text = description[:_TEXT_MAX_CHARS]
    found = frozenset((*_mails(text), *_pages(text), *_handles(text), *_phones(text)))
    return found if len(found) <= _CONTACTS_MAX else frozenset()


def _mails(text: str) -> Iterator[str]:
    for match in _MAIL.finditer(text):
        yield f"mail:{match[1].lower()}@{match[2].lower()}"


def _pages(text: str) -> Iterator[str]:
    for match in _WEB.finditer(_MAIL.sub(" ", text)):
        host = match[1].lower().removeprefix("www.")
        if not _PUBLIC.intersection(host.split(".")):
            yield f"web:{host}"


def _handles(text: str) -> Iterator[str]:
    for pattern in (_HANDLE, _AT):
        for match in pattern.finditer(_MAIL.sub(" ", text)):
            handle = match[1].lower().strip("._-+")
            digits = re.sub(r"\D", "", handle)
            if len(digits) >= _PHONE_DIGITS[0] and digits == handle.lstrip("+"):
                yield f"phone:{digits}"
            elif len(handle) >= 4 and handle not in _NO_HANDLES and handle not in _PUBLIC:
                yield f"handle:{handle}"


def _phones(text: str) -> Iterator[str]:
    low, high = _PHONE_DIGITS
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0]).removeprefix("00")
        if low <= len(digits) <= high and len(set(digits)) > 3:
            yield f"phone:{digits}"
