"""Hold the documents of a page that was sent back, so that nobody must choose them twice.

A private folder, for an hour, bounded. What a page carries is a signed token; another process
without the same folder cannot honour it, and the page then names the document to choose again.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from services.intake.documents import Posted
from services.intake.limits import FormLimits
from shared.domain.keys import Keys
from shared.ports.clock import Clock

#: How often, in seconds, a process looks for documents that are past their hour.
TIDY_SECONDS = 60


class Held(NamedTuple):
    """A held document as a page shows it. `data` is None when it is gone."""

    token: str
    id: str
    name: str
    kind: str
    size: int
    data: bytes | None = None


class HeldDocuments:
    """Documents on disk, each in a file named for its last second and a random id.

    Without a `folder`, processes of one user on one machine share one in the temporary folder.
    """

    def __init__(self, folder: Path | None, *, keys: Keys, clock: Clock, limits: FormLimits):
        self._folder = folder or Path(tempfile.gettempdir()) / f"recours-held-{os.getuid()}"
        self._keys = keys
        self._clock = clock
        self._limits = limits
        self._tidied = 0

    def tidy(self) -> None:
        """Remove what is past its hour, at most once a minute; called whenever a page is shown."""
        now = int(self._clock.now().timestamp())
        if now - self._tidied < TIDY_SECONDS:
            return
        self._tidied = now
        try:
            if self._folder.exists():
                self._sweep(self._made(), now)
        except OSError:
            return

    def hold(self, document: Posted) -> Held | None:
        """Write a document down and return its token, or None when there is no room."""
        now = int(self._clock.now().timestamp())
        try:
            folder = self._made()
            if self._sweep(folder, now) + document.size > self._limits.held_bytes:
                return None
            until = now + self._limits.held_seconds
            file_name = f"{until}-{secrets.token_hex(16)}"
            path = folder / file_name
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(document.data)
        except OSError:
            return None
        return self._signed(file_name, document)

    def hold_all(self, documents: Sequence[Posted], earlier: Sequence[Held]) -> list[Held | Posted]:
        """Return each document as held, from `earlier` if it is there, or itself when there is no
        room to hold it."""
        known = {(each.name, each.data): each for each in earlier}
        return [
            known.get((document.name, document.data)) or self.hold(document) or document
            for document in documents
        ]

    def find(self, token: str) -> Held | None:
        """Return what a token of ours stands for, with its bytes if they are still here."""
        payload, _, mark = token.partition(".")
        if not self._keys.verifies(mark, "held", payload):
            return None
        try:
            id_, name, kind, size = json.loads(bytes.fromhex(payload))
        except ValueError:
            return None
        return Held(token, id_, name, kind, size, self._bytes(id_))

    def forget(self, held: Held) -> None:
        """Remove a document that was sent or taken back."""
        try:
            (self._made() / held.id).unlink(missing_ok=True)
        except OSError:
            return

    def _signed(self, file_name: str, document: Posted) -> Held:
        facts = json.dumps([file_name, document.name, document.kind, document.size])
        payload = facts.encode().hex()
        token = f"{payload}.{self._keys.mark('held', payload)}"
        return Held(token, file_name, document.name, document.kind, document.size, document.data)

    def _bytes(self, file_name: str) -> bytes | None:
        until = file_name.partition("-")[0]
        if int(until) <= self._clock.now().timestamp():
            return None
        try:
            return (self._made() / file_name).read_bytes()
        except OSError:
            return None

    def _made(self) -> Path:
        """Return the folder, made if needed; raise OSError when it is not ours alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid != os.getuid():
            raise PermissionError("the folder of held documents belongs to somebody else")
        return self._folder

    def _sweep(self, folder: Path, now: int) -> int:
        """Remove what is past its hour; return the bytes that remain."""
        remaining = 0
        for path in folder.iterdir():
            until = path.name.partition("-")[0]
            if not until.isdigit() or int(until) <= now:
                path.unlink(missing_ok=True)
            else:
                remaining += path.stat().st_size
        return remaining
