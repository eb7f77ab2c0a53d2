"""Imported by the fork server only: what every reading child shares, loaded once.

Its import does something, unlike that of other modules: that is how a fork server is told what
to load (`multiprocessing.set_forkserver_preload`). A child then starts in 10 ms, not in a second.
"""

from __future__ import annotations

import gc
import os
import signal
from datetime import date

# A stop signal reaches the whole group; the parent decides when its children go.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
# One thread for a product of two columns; threads would not survive the fork anyway.
os.putenv("OPENBLAS_NUM_THREADS", "1")

import charset_normalizer  # noqa: E402, F401 (loaded for the children)
import flufl.bounce  # noqa: E402, F401
import puremagic  # noqa: E402, F401
import selectolax.lexbor  # noqa: E402, F401

from services.intake.reading import automatic, bounces, language, own_words  # noqa: E402
from services.intake.signs.proposal import triage  # noqa: E402

automatic.rules()
bounces.words()
own_words.load_words()
language.small_words()
language.language_of("Bonjour")
triage("Bonjour", received_on=date(2000, 1, 1))
gc.collect()
gc.freeze()  # the children write no reference counts of the collector into shared pages
