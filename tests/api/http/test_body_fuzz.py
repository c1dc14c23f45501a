"""Bodies of every size and shape, while `/healthz` is watched.

A few by a fixed seed with the suite; with FULL_TESTS=1 hundreds, up to 20 MB.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from resources.postgres.database import Database, DatabaseUrls
from tests.api.conftest import Caller, make_key
from tests.api.operations import CALLS, Ids, filled
from tests.support.api_process import api_process
from tests.support.raw_http import HEALTHZ_SECONDS_MAX, watching

FULL = os.environ.get("FULL_TESTS") == "1"
SEEDS = range(20) if FULL else range(1)
BODIES = 60 if FULL else 24
SIZES = (100, 60_000, 1_000_000, 3_000_000, 19_999_000) if FULL else (100, 60_000, 1_000_000)
LIMITS = {
    "INFRINGEMENT_API_REQUESTS_PER_MINUTE": "1000000",
    "INFRINGEMENT_API_CLIENT_REQUESTS_PER_MINUTE": "1000000",
}
Shape = Callable[[random.Random, int], bytes]


def _keys(chance: random.Random, size: int) -> bytes:
    letter = chance.choice("aé\\")
    return json.dumps({f"{letter}{number}": 1 for number in range(size // 14)}).encode()


def _list(chance: random.Random, size: int) -> bytes:
    item = chance.choice(['""', "[]", "{}", "0", "null", '{"a":1}', '"\\u00e9"'])
    return f"[{','.join([item] * (size // (len(item) + 1)))}]".encode()


def _depth(chance: random.Random, size: int) -> bytes:
    opened = chance.choice([b"[", b'{"a":', b"[[1],"])
    return opened * (size // len(opened))


def _number(chance: random.Random, size: int) -> bytes:
    begin = chance.choice([b"", b"-", b"0.", b"1e", b"1.5e-"])
    return b'{"version": ' + begin + b"9" * size + b"}"


def _text(chance: random.Random, size: int) -> bytes:
    piece = chance.choice([b"a", "é".encode(), b"\\u0000", b"\\ud83d\\ude00", b"%00", b"\xff"])
    return b'{"reason": "' + piece * (size // len(piece)) + b'"}'


def _config(chance: random.Random, size: int) -> bytes:
    terms = [chance.choice(["", "replica", "x" * 201])] * min(size // 4, 250_000)
    brands = [{"name": "A", "aliases": terms[:100]}] * min(size // 2000, 300)
    searches = {"amazon": {"queries": ["a"]}}
    return json.dumps({"brands": brands, "searches": searches, "fraud_terms": terms}).encode()


def _form(chance: random.Random, size: int) -> bytes:
    pair = chance.choice([b"a=1&", b"=&", b"document=%7B%22&", b"%", b"&"])
    return pair * (size // len(pair))


def _parts(chance: random.Random, size: int) -> bytes:
    part = chance.choice([b"\r\n--", b"\r\n--x\r\n", b"\r\n-" * 3, b"\r\n--x\r\nA: b\r\n\r\n"])
    head = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'
    return head + part * (size // len(part))


SHAPES: dict[str, tuple[str, ...]] = {
    "application/json": ("_keys", "_list", "_depth", "_number", "_text", "_config"),
    "application/x-www-form-urlencoded": ("_form", "_text"),
    "multipart/form-data; boundary=x": ("_parts", "_form"),
    "image/jpeg": ("_text", "_parts"),
}
BY_NAME: dict[str, Shape] = {
    key.__name__: key for key in (_keys, _list, _depth, _number, _text, _config, _form, _parts)
}
PAGES = (
    "/log-in",
    "/clients/acme/config/preview",
    "/clients/acme/config/save",
    "/clients/acme/references",
    "/clients/acme/views",
)
TAKES_BODY = [call for call in CALLS.values() if call.method in {"POST", "PUT"}]


# A form that breaks off leaves its last part to the garbage collector (starlette's parser).
@pytest.mark.filterwarnings("ignore:.*Spooled")
@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_body_keeps_the_server_from_others(
    database_urls: DatabaseUrls, database: Database, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    keys = (make_key(database, "acme", "admin"), make_key(database, "", "operator"))
    # A process of its own: here the bodies and their sending would hold up the server too.
    with (
        api_process(database_urls, tmp_path, str(tmp_path / "objects"), LIMITS) as (process, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
        watching(str(http.base_url), process.pid) as watch,
    ):
        for _ in range(BODIES):
            media_type, body = _body(chance)
            _send(chance, Caller(http, "acme", chance.choice(keys)), media_type, body)
    assert watch.worst_seconds < HEALTHZ_SECONDS_MAX, max(
        watch.waits, key=lambda wait: wait.through_us
    )


def _body(chance: random.Random) -> tuple[str, bytes]:
    media_type = chance.choice(list(SHAPES))
    return media_type, BY_NAME[chance.choice(SHAPES[media_type])](chance, chance.choice(SIZES))


def _send(chance: random.Random, caller: Caller, media_type: str, body: bytes) -> None:
    call = chance.choice(TAKES_BODY)
    path = chance.choice([filled(call, Ids("acme")), *PAGES])
    method = call.method if path.startswith("/v1/") else "POST"
    headers = {
        "Authorization": f"Bearer {caller.key}",
        "Content-Type": media_type,
        "If-Match": '"0"',
    }
    try:
        answer = caller.http.request(method, path, content=body, headers=headers)
    except httpx.TransportError:
        assert len(body) > 100_000, "only a body that takes long to send is hung up on"
        return
    assert answer.status_code < 500, (path, media_type, body[:80], answer.text[:500])
    assert len(answer.content) < 100_000
