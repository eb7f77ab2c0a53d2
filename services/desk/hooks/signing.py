"""What a hook is sent: ids in JSON, and a signature that only we could have made. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.domain.hook import Hook, HookCall
from shared.domain.keys import Keys

#: A receiver refuses what was signed longer ago: it may be a copy that somebody kept.
REPLAY_SECONDS = 300


def secrets_of(hook: Hook, keys: Keys) -> tuple[str, ...]:
    """Return the secrets of a hook, the one in use first; they follow from ours and are kept
    nowhere."""
    return keys.derived("hook", hook.id)


def body_of(call: HookCall) -> bytes:
    """Return what is told: that something happened to a case, and nothing of the case."""
    told = {
        "id": call.event_id,
        "type": call.event,
        "at": call.at.astimezone(UTC).isoformat(),
        "case_id": call.case_id,
        "reference": call.reference,
    }
    return json.dumps(told).encode()


def headers_of(
    call: HookCall, body: bytes, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """Return the headers of one try. While a secret is being replaced, each of them has signed."""
    timestamp = str(int(now.timestamp()))
    signatures = (f"v1={signature(secret, timestamp, body)}" for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Recours",
        "Recours-Event-Id": call.event_id,
        "Recours-Timestamp": timestamp,
        "Recours-Signature": ", ".join(signatures),
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 over "TIMESTAMP.BODY", in hexadecimal."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hex()
