"""Data of the run's own servers stands in memory where there is room.

A test begins with all queues and indexes made anew, and making them is waiting for a disk. Killed
servers lose nothing by it: what they wrote is there as long as the machine is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own in it
#: Bytes that must be free: a MongoDB has 300 MiB at once, a RabbitMQ a log of 512 MiB at most.
ROOM = 4 * 1024**3
PREFIX = "recours-tests-"


def keep_in_memory(folder: Path, *, owner: int) -> None:
    """Make `folder` lead to one in memory that `sweep` removes once the process `owner` ended.

    Without memory to spare the folder is made where it stands.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM):
        folder.mkdir(exist_ok=True)
        return
    sweep()
    folder.symlink_to(tempfile.mkdtemp(prefix=f"{PREFIX}{owner}-", dir=MEMORY))


def sweep(*, ended: int = 0) -> None:
    """Remove what belongs to the process `ended`, and what killed runs have left."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner == str(ended) or not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
