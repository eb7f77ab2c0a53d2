"""The measure of all ratios: aiosmtpd's stock door with a handler that stores nothing."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiosmtpd.smtp import SMTP


class Nothing:
    """Says 250 and forgets."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name for the hook
        return "250 OK"


async def serve() -> None:
    loop = asyncio.get_running_loop()
    handler = Nothing()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="bare", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(serve())
