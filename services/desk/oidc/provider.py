"""The identity service: found by discovery, asked for a person, and believed only when all fits.

OpenID Connect Core 1.0, authorization code flow with PKCE. What the service says wrongly is Refused
("oidc_wrong"), a service that is down is Transient ("oidc_down"); neither carries a word of it.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from services.desk.oidc.attempt import Attempt
from shared.errors import RecoursError, Refused, Transient

WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid email"
#: Seconds for one answer; a person waits for it.
PATIENCE = 8.0
#: What the service says of itself and its keys is asked again after this long.
KNOWN_FOR = timedelta(hours=1)
#: Seconds by which two clocks may differ.
LEEWAY = 60
#: Signatures that only the service can make. "none", and those with a shared secret, count for
#: nothing, whatever the service lists (RFC 8725 section 3.1).
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"})
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the service knows them. `email` is in lower case, None unless it is verified."""

    subject: str
    email: str | None
    access_token: str
    told_email: bool


class Provider:
    """One identity service, with the client that we are for it."""

    def __init__(self, *, issuer: str, client_id: str, secret: str, name: str = "") -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self.name = name or urlsplit(issuer).hostname or issuer
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._known_until: datetime | None = None

    async def address_for(self, attempt: Attempt, redirect_uri: str, now: datetime) -> str:
        """Return where the browser goes to sign in."""
        metadata = await self._load(now)
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
            "ui_locales": attempt.language,
        }
        return str(add_params_to_uri(metadata["authorization_endpoint"], list(parameters.items())))

    async def person_of(
        self, code: str, attempt: Attempt, redirect_uri: str, now: datetime
    ) -> Identity:
        """Return who signed in, by the code that the browser brought back."""
        metadata = await self._load(now)
        token = await self._token(metadata, code, attempt, redirect_uri)
        claims = await self._claims(metadata, token, attempt, now)
        return Identity(
            subject=f"{self.issuer} {claims['sub']}",
            email=_verified_email(claims),
            access_token=str(token.get("access_token", "")),
            told_email="email" in claims,
        )

    async def email_of(self, person: Identity, now: datetime) -> str | None:
        """Return the verified address of a person, asked for where the ID token left it out."""
        address = (await self._load(now)).get("userinfo_endpoint")
        if person.told_email or not isinstance(address, str):
            return person.email
        bearer = {"Authorization": f"Bearer {person.access_token}"}
        claims = await self._ask("GET", address, headers=bearer)
        if f"{self.issuer} {claims.get('sub')}" != person.subject:
            raise Refused("oidc_wrong")  # Core 5.3.2: another person's answer is not used
        return _verified_email(claims)

    async def _load(self, now: datetime) -> dict[str, Any]:
        """Return what the service says of itself; raise Refused when it is not the one we mean."""
        if self._known_until is None or now >= self._known_until:
            metadata = await self._ask("GET", f"{self.issuer.rstrip('/')}{WELL_KNOWN}")
            safe = self.issuer.startswith("https:")
            endpoints = [str(metadata.get(name, "")) for name in _ENDPOINTS]
            if metadata.get("issuer") != self.issuer or not all(
                one.startswith("https://" if safe else ("https://", "http://")) for one in endpoints
            ):
                raise Refused("oidc_wrong")
            self._keys = await self._ask("GET", endpoints[-1])
            self._metadata, self._known_until = metadata, now + KNOWN_FOR
        return self._metadata

    async def _token(
        self, metadata: Mapping[str, Any], code: str, attempt: Attempt, redirect_uri: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways:
            # RFC 6749 section 2.3.1: both are encoded first
            auth = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._secret, safe=""))
            return await self._ask("POST", metadata["token_endpoint"], data=form, auth=auth)
        form |= {"client_id": self._client_id, "client_secret": self._secret}
        return await self._ask("POST", metadata["token_endpoint"], data=form)

    async def _claims(
        self,
        metadata: Mapping[str, Any],
        token: Mapping[str, Any],
        attempt: Attempt,
        now: datetime,
    ) -> CodeIDToken:
        """Return what the ID token says, once everything of it is checked (Core 3.1.3.7)."""
        signed = token.get("id_token")
        listed = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        if not isinstance(signed, str):
            raise Refused("oidc_wrong")
        try:
            decoded = await self._decoded(metadata, signed, sorted(ALGORITHMS.intersection(listed)))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": self._client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except RecoursError:
            raise
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise Refused("oidc_wrong") from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Refused("oidc_wrong")
        return claims

    async def _decoded(
        self, metadata: Mapping[str, Any], signed: str, algorithms: list[str]
    ) -> jwt.Token:
        """Check the signature; keys that the service began to use since are fetched once."""
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            return jwt.decode(signed, _key_set(self._keys), registry=registry)
        except InvalidKeyIdError:
            self._keys = await self._ask("GET", metadata["jwks_uri"])
            return jwt.decode(signed, _key_set(self._keys), registry=registry)

    async def _ask(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        """Return a JSON object; raise Transient when nobody answers, Refused for anything else."""
        try:
            # The system's certificates: a department's own authority stands there
            async with httpx.AsyncClient(
                timeout=PATIENCE,
                follow_redirects=False,
                trust_env=False,
                verify=ssl.create_default_context(),
            ) as client:
                answer = await client.request(method, url, **given)
            found = answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Transient("oidc_down") from None
        except ValueError:
            raise Refused("oidc_wrong") from None
        if answer.is_server_error:
            raise Transient("oidc_down")
        if not isinstance(found, dict):
            raise Refused("oidc_wrong")
        return found


def _key_set(keys: Mapping[str, Any]) -> KeySet:
    """Return the keys that have a public half: a shared secret proves nothing here."""
    public = [one for one in keys["keys"] if one["kty"] in ("RSA", "EC", "OKP")]
    return KeySet.import_key_set({"keys": public})


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    """Return the address only when the service says, as a truth value, that it looked."""
    email = claims.get("email")
    known = isinstance(email, str) and claims.get("email_verified") is True
    return str(email).strip().lower() if known else None
