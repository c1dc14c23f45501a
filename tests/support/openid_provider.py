"""An OpenID Connect provider on a free port of this machine, which checks what it is asked."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.asgi_server import asgi_server

CLIENT_ID, SECRET = "infringement review", "s3cret/with:signs"


@dataclass
class Provider:
    """The provider, and what a test makes it say in place of the truth."""

    email: str = "ann@acme.example"
    claims: dict[str, Any] = field(default_factory=dict)  # over the true ones; None leaves it out
    algorithm: str = "RS256"
    refuses: str = ""  # the error with which it sends people back
    is_down: bool = False
    url: str = ""
    key_id: str = "first"
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    tokens: int = 0
    keys_asked: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self) -> None:
        """Signs with a new key from now on, and publishes it alone."""
        self.key_id = "second"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    async def describe(self, _request: Request) -> Response:
        if self.is_down:
            return Response("down", 503)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert asked["code_challenge_method"] == "S256"
        said = {"state": asked["state"], "iss": self.url}
        if self.refuses:
            said["error"] = self.refuses
        else:
            code = f"code-{len(self._codes)}"
            self._codes[code] = asked
            said["code"] = code
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(said)}", 303)

    async def token(self, request: Request) -> Response:
        given = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        asked = self._codes.pop(given["code"], None)
        if asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        known = tuple(unquote(part) for part in pair.split(":"))
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if known != (CLIENT_ID, SECRET) or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_client"}, 401)
        assert given["redirect_uri"] == asked["redirect_uri"]
        self.tokens += 1
        return JSONResponse({"id_token": self._id_token(asked["nonce"]), "token_type": "Bearer"})

    async def keys(self, _request: Request) -> Response:
        self.keys_asked += 1
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [public | {"kid": self.key_id, "use": "sig", "alg": "RS256"}]})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        true = {
            "iss": self.url,
            "sub": "42",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": self.email,
            "email_verified": True,
        }
        said = {name: value for name, value in (true | self.claims).items() if value is not None}
        headers = {"kid": self.key_id}
        if self.algorithm == "none":
            return jwt.encode(said, "", "none", headers=headers)
        if self.algorithm == "HS256":
            return jwt.encode(said, SECRET * 4, "HS256", headers=headers)
        return jwt.encode(said, self.key, self.algorithm, headers=headers)


@contextmanager
def openid_provider() -> Iterator[Provider]:
    provider = Provider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.describe),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
            Route("/keys", provider.keys),
        ]
    )
    with asgi_server(app) as url:
        provider.url = url
        yield provider
