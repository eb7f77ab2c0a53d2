"""Imported by a fork server only: what a child needs that makes pictures of pages, and no more.

A process that reads messages loads `services.intake.reading.preloaded` instead.
"""

from __future__ import annotations

import gc
import signal

# A stop signal reaches the whole group; the parent decides when its children go.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)

import PIL.Image  # noqa: E402, F401 (loaded for the children)
import pypdfium2  # noqa: E402, F401

from services.intake.papers import pictures  # noqa: E402, F401

gc.collect()
gc.freeze()
