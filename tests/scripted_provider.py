"""An identity service that says what a test told it to: right answers, and every wrong one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared.runtime.listening import serve_http

CLIENT = "bureau"
SECRET = "a secret of the identity service/+"
SUBJECT = "f7c1"
KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class ScriptedProvider:
    """Serves one person. `claims` go over what is right; None takes one away.

    `broken` names an address that answers with an error page; `hides_email` leaves the address to
    the userinfo endpoint.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    email: str = "agente@ministere.example"
    hides_email: bool = False
    broken: str = ""
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: KEY)
    shown: RSAKey | None = None
    issuer: str = ""
    challenge: str = ""
    nonce: str = ""
    now: int = 0
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    def seen(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        if self.broken == request.url.path:
            return PlainTextResponse("Traceback: password=hunter2", 500)
        if self.broken == f"{request.url.path} html":
            return PlainTextResponse("<h1>Maintenance of hunter2</h1>")
        return None

    async def _discovery(self, request: Request) -> Response:
        right = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return self.seen(request) or JSONResponse({**right, **self.metadata})

    async def _keys(self, request: Request) -> Response:
        key = self.shown or self.key
        return self.seen(request) or JSONResponse({"keys": [key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        if (failed := self.seen(request)) is not None:
            return failed
        form = await request.form()
        verifier = str(form["code_verifier"]).encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        basic = base64.b64encode(
            f"{CLIENT}:a%20secret%20of%20the%20identity%20service%2F%2B".encode()
        ).decode()
        if digest != self.challenge or request.headers["authorization"] != f"Basic {basic}":
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "opens", "token_type": "Bearer", "id_token": self.id_token()}
        )

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer opens"
        right = {"sub": SUBJECT, "email": self.email, "email_verified": True}
        return self.seen(request) or JSONResponse({**right, **self.userinfo})

    def id_token(self) -> str:
        right: dict[str, Any] = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": CLIENT,
            "nonce": self.nonce,
            "iat": self.now,
            "exp": self.now + 300,
        }
        if not self.hides_email:
            right |= {"email": self.email, "email_verified": True}
        claims = {k: v for k, v in {**right, **self.claims}.items() if v is not None}
        header = {"alg": self.algorithm, "kid": str(self.key.kid)}
        if self.algorithm == "none":
            return _unsigned(claims)
        signing = self.key if self.algorithm == "RS256" else OctKey.import_key(SECRET)
        return jwt.encode(header, claims, signing, algorithms=[self.algorithm])


def _unsigned(claims: dict[str, Any]) -> str:
    import json

    parts = ({"alg": "none"}, claims)
    packed = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in parts)
    return ".".join(one.rstrip("=") for one in packed) + "."


@asynccontextmanager
async def scripted_provider() -> AsyncIterator[ScriptedProvider]:
    """Serve one on a free port of the loopback interface."""
    bound = socket.socket()
    bound.setblocking(False)
    bound.bind(("127.0.0.1", 0))
    provider = ScriptedProvider()
    async with serve_http(provider.app(), bound) as address:
        provider.issuer = f"http://{address}"
        yield provider
        await asyncio.sleep(0)
