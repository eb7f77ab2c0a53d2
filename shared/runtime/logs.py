"""Logs as one JSON object a line: a constant message and ids. Never a text, never an address.

Only the fields named here leave the process, so that a careless `extra` cannot carry a person's
data; of an exception only the type and our own frames are kept, never its text.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

#: What a log line may carry beside time, level, logger and message.
FIELDS = (
    "case_id", "envelope_id", "notice_id", "event_id", "message_id", "unit_id", "queue", "attempt",
    "code", "reason", "kind", "state", "size", "seconds", "count", "service", "address", "pid",
    "frames", "status", "letter_id", "because", "account_id", "by",
)  # fmt: skip
_ROOT = str(Path(__file__).resolve().parents[2])


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            # asyncio puts the text of an error that nobody awaited on the lines after the first
            "message": str(record.msg).partition("\n")[0],
        }
        line.update({name: record.__dict__[name] for name in FIELDS if name in record.__dict__})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> str:
    """Return an error's type, our code for it and our own frames: what may leave the process."""
    code = getattr(error, "code", "")
    frames = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(_ROOT) and ".venv" not in frame.filename
    ]
    name = type(error).__name__
    where = " < ".join(reversed(frames))
    return " ".join(part for part in (name, f"({code})" if code else "", where) if part)


def set_up_logs(level: str) -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What cannot be written would be printed instead, with the error's text and our arguments
    logging.raiseExceptions = False
    # Drivers log addresses, commands and URLs; only their warnings may pass, and aiosmtpd's none.
    for noisy in ("pika", "pymongo", "uvicorn", "aiosmtplib", "asyncio", "python_multipart"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for silent in ("mail.log", "mail.debug", "mail.error", "uvicorn.access", "pika"):
        logging.getLogger(silent).setLevel(logging.CRITICAL + 1)
