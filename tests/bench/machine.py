"""The machine that figures come from: without it they say little."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

import psutil


def machine() -> dict[str, str]:
    """Return processor, cores, memory, file system of the data, kernel and Python."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{psutil.virtual_memory().total / 1024**3:.0f} GiB",
        "data on": _file_system(Path(tempfile.gettempdir()).resolve()),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _file_system(path: Path) -> str:
    """Return the type of the file system under `path`: a commit costs nothing on a tmpfs."""
    mounts = {Path(mount.mountpoint): mount.fstype for mount in psutil.disk_partitions(all=True)}
    for place in (path, *path.parents):
        if place in mounts:
            return mounts[place]
    return "unknown"
