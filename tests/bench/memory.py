"""How much memory the reader takes for a large mail, and the gazetteer, in processes of their own.

Prints the peak as a multiple of the message's size, the message itself included; of the gazetteer,
megabytes.
"""

from __future__ import annotations

import base64
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from services.intake.reading import read
from services.router.locating.gazetteer import load_gazetteer, locate
from shared.department import load_department
from tests.conftest import ROOT

#: Bytes of the attached document: with base64 about what the door lets in.
DOCUMENT = 17 * 1024 * 1024
DEPARTMENT = ROOT / "deploy" / "department"
SMALL = b"Subject: x\r\n\r\nBonjour\r\n"


def large_mail() -> bytes:
    """Return a mail with one large document, as mail programs write it."""
    document = base64.encodebytes(bytes(range(256)) * (DOCUMENT // 256)).replace(b"\n", b"\r\n")
    return (
        b"From: personne@courriel.example\r\nSubject: Document\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nVoir le document.\r\n'
        b'--b\r\nContent-Type: application/pdf; name="lettre.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + document + b"--b--\r\n"
    )


def multiple() -> float:
    """Return peak memory of reading a large mail, divided by its size."""
    with tempfile.TemporaryDirectory(prefix="recours-bench-") as folder:
        file = Path(folder) / "large.eml"
        file.write_bytes(large_mail())
        command = [sys.executable, "-m", "tests.bench.memory", str(file)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def gazetteer_megabytes() -> float:
    """Return what the gazetteer of the repository adds to a process that searched a text."""
    command = [sys.executable, "-m", "tests.bench.memory"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main_of_gazetteer() -> None:
    """Measure the tables and the automaton in this process."""
    units = load_department(DEPARTMENT).units
    before = _resident()
    gazetteer = load_gazetteer(DEPARTMENT)
    locate("à Laval", gazetteer, on=date(2026, 11, 20), units=units)
    sys.stdout.write(f"{(_resident() - before) / 2**20}\n")


def _resident() -> int:
    """Return the bytes in use now: the peak of a child may be that of the process that forked."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def main(file: Path) -> None:
    """Measure one file in this process, whose peak before is that of a small mail."""
    read(SMALL)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    raw = file.read_bytes()
    if read(raw).state != "read":
        raise SystemExit("the large mail could not be read")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{(after - before) * 1024 / len(raw)}\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        main_of_gazetteer()
