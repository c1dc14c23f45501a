"""Where web-hooks may be sent: parsed when it is set by the code that parses it when it is asked.

Everything that is wrong with an address is said in one neutral sentence, so that setting web-hooks
tells nobody which names and addresses there are inside our network.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

import httpx

from infringement_dagster.domain.errors import PermanentError
from resources.network.httpx_transport import is_public

NEUTRAL = "give the https:// address of a server that the public internet reaches"
URL_CHARS_MAX = 2000
# Names that no public resolver answers with an address: RFC 6761, 6762, 7686, 8375, 9476 and what
# clouds use inside.
_INSIDE = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "arpa",
    "test",
    "invalid",
    "onion",
    "alt",
)


class BadTarget(PermanentError):
    """No web-hook may be sent there."""


def target_request(
    url: str, content: bytes, headers: dict[str, str], private_hosts: Collection[str]
) -> httpx.Request:
    """The request that reaches the target; raises BadTarget."""
    try:
        request = httpx.Request("POST", url, content=content, headers=headers)
        host, port = request.url.host, request.url.port
    except Exception as error:  # the URL parser and IDNA raise a dozen types, more each year
        raise BadTarget(NEUTRAL) from error
    if f"{host}:{port or 443}" in private_hosts:
        return request
    if request.url.scheme != "https" or request.url.userinfo or port == 0:
        raise BadTarget(NEUTRAL)
    if not _may_be_public(host):
        raise BadTarget(NEUTRAL)
    return request


def check_target(url: str, private_hosts: Collection[str]) -> None:
    """Returns when web-hooks can be sent there; raises BadTarget."""
    if len(url) > URL_CHARS_MAX or not url.isprintable() or " " in url:
        raise BadTarget(NEUTRAL)
    target_request(url, b"", {}, private_hosts)


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        name = host.rstrip(".").lower()
    labels = name.split(".")
    if len(labels) < 2 or not all(0 < len(label) <= 63 for label in labels):
        return False
    # A resolver takes "0x7f.1" and "127.1" for addresses; no top-level domain begins with a digit.
    if labels[-1][:1].isdigit():
        return False
    return not any(name == network or name.endswith(f".{network}") for network in _INSIDE)
