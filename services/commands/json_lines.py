"""One JSON object a line on standard output, whatever letters it holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping


def print_line(found: Mapping[str, object]) -> None:
    """Print and flush one line of UTF-8; half a surrogate pair becomes its JSON escape."""
    line = json.dumps(found, ensure_ascii=False).encode("utf-8", "backslashreplace")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
