"""One POST to a hook: the name is looked up once, checked, and that very address is called.

Looking up again to connect would let a name lead elsewhere in between (DNS rebinding). No redirect
is followed, and nothing of an answer is read but its status.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping

import httpx

from services.desk.hooks.reach import Reach
from shared.errors import Refused, Transient

#: Seconds for all of one call. A receiver keeps what it gets and works on it afterwards.
PATIENCE = 10.0


class Knocker:
    """Calls hooks. `trust` says which certificates count; the system's own by default."""

    def __init__(self, reach: Reach, trust: ssl.SSLContext | None = None) -> None:
        self._reach = reach
        # No kept connections: one that was made for a name must not serve another name there
        self._client = httpx.AsyncClient(
            verify=trust or ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def knock(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Return when the receiver said 2xx; raise Transient, with a code of ours, otherwise."""
        try:
            self._reach.refuse(url)
            async with asyncio.timeout(PATIENCE):
                status = await self._post(httpx.URL(url), body, headers)
        except Refused as error:  # the settings allow less than when the hook was made
            raise Transient(error.code) from None
        except (httpx.HTTPError, OSError, ValueError):
            raise Transient("hook_down") from None
        if not httpx.codes.is_success(status):
            raise Transient(f"hook_said_{status}")

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
        host = url.raw_host.decode("ascii")
        address = await self._address_of(host.strip("[]"), url.port or 443)
        async with self._client.stream(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={**headers, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": host.strip("[]")},
        ) as answer:
            return answer.status_code

    async def _address_of(self, host: str, port: int) -> str:
        """Return an address of a name; one that may not be called spoils them all."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise Transient("hook_unknown_name") from None
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        if not addresses or not all(self._reach.allows(one) for one in addresses):
            raise Transient("hook_address")
        return str(addresses[0])
