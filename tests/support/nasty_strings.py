"""Two hundred texts that break programs: controls, halves of characters, formulas, injections."""

from __future__ import annotations

_BIDI = [
    chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
]
_FORMULAS = [
    f"{sign}{tail}"
    for sign in ("=", "+", "-", "@", "\t=", "\r=", "\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    for tail in ("cmd|' /C calc'!A0", 'HYPERLINK("http://127.0.0.1/","x")', "1+1")
]
_INJECTIONS = [
    "'; DROP TABLE listings; --",
    '" OR ""="',
    "\\'; SELECT pg_sleep(9); --",
    "$$; SELECT 1; $$",
    "%s %d %n %(name)s {0} {name} {{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "</title><svg onload=alert(1)>",
    "]]><!--",
    "| a | b |\n|---|---|",
    "[x](javascript:alert(1))",
    "`rm -rf /`",
    "$(touch x)",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "C:\\con\\nul",
    "ok\n2026-01-01 ERROR the log says what a stranger wrote",
    "ok\r\nSet-Cookie: a=b",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    'a,b;c\td"e"',
    '"unbalanced',
    "a\u2028b\u2029c\u0085d",
    '{"json": [1, 2}',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
]
_WORDS = [
    "", " ", "null", "NULL", "None", "undefined", "NaN", "nan", "Infinity", "-Infinity", "inf",
    "true", "False", "0", "-0", "1e999", "9" * 400, "0x7f", "1_000", "1,000.00", "１２３", "N/A",
]  # fmt: skip
_ENTITIES = [
    "&#0;", "&#x0;", "&#xD800;", "&#x202E;gnp.exe", "&#1114112;", "&#x110000;", "&nbsp;", "&;",
    "&amp;amp;amp;", "&#10;", "&#13;&#10;", "&lt", "&#99999999999;",
]  # fmt: skip
_SCRIPTS = [
    "İstanbul ıI",
    "ß ẞ ﬀ ﬁ",
    "Ǆ ǆ",
    "e\u0301 vs é",
    "Z" + "\u0335\u0354\u0327" * 300,
    "مرحبا بالعالم",
    "שלום עולם",
    "हिन्दी क्षि",
    "ไทย",
    "日本語 ｶﾀｶﾅ",
    "한국어",
    "𝓚𝓮𝓵𝓿𝓪𝓻𝓻𝓪",
    "🅺🅴🅻",
    "👩‍👩‍👧‍👦",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇩🇪🇩",
    "\u200b\u200b",
    "\u2060\u00ad",
    "\ufeffBOM",
    "\ufffe\uffff",
    "\U0010ffff",
    "\ue000",
    "\U000e0041",
    "\u3000",
    "\u1680",
    "ﷺ" * 50,
    "Kе1vаrrа",
    "a\u0300" * 5000,
]
_HALVES = ["\ud800", "\udfff", "a\ud83d", "\ude00b", "\udc80\udcff", "\ud800\ud800", "x\udbff y"]
_LONG = ["x" * 100_000, "😀" * 20_000, " " * 50_000 + "end", "\0" * 10_000, "word " * 30_000]

NASTY_STRINGS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *(f"a{chr(code)}b" for code in (*range(0x20), *range(0x7F, 0xA0))),
            *(f"a{mark}b" for mark in _BIDI),
            *_FORMULAS,
            *_INJECTIONS,
            *_WORDS,
            *_ENTITIES,
            *_SCRIPTS,
            *_HALVES,
            *_LONG,
        ]
    )
)
