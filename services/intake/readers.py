"""The pool of children that read: messages, and the documents that came with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial

from services.intake.children import MEGABYTES, SECONDS, Children
from services.intake.papers import read_document, unread
from services.intake.papers.parts import parts_of
from services.intake.proposals import flags_of_letters
from services.intake.reading.reader import failed
from services.intake.understood import About, Mail, Ours, Understood, propose, understand_all
from shared.domain.envelope import Envelope
from shared.domain.reading import DocumentText, Flag, Reading, Triage
from shared.errors import Poison
from shared.grouping import Grouped

#: What the doors let in, and so the most that a child is handed.
MOST_BYTES = 25 * 1024 * 1024
#: Mails up to this size share a call: handing one over costs twice what reading it does.
SMALL_BYTES = 64 * 1024
TOGETHER = 16
#: What all children here share, loaded once.
LOADS = ("services.intake.reading.preloaded",)
#: How a child ends that wanted more than it may have.
LIMITS = frozenset({"took_too_long", "used_too_much_memory", "died"})


class Readers(Children):
    """Children that read messages; small ones that wait at the same moment go in one call.

    Documents have children of their own, `papers`, from the first one on, and so have pages that
    are scanned, `scans`: a document that takes all of its time keeps no mail waiting.
    """

    def __init__(
        self, *, max_workers: int = 2, seconds: float = SECONDS, megabytes: int = MEGABYTES
    ) -> None:
        pool = partial(Children, seconds=seconds, megabytes=megabytes, loads=LOADS)
        super().__init__(max_workers=max_workers, seconds=seconds, megabytes=megabytes, loads=LOADS)
        self._small: Grouped[Mail, Understood] = Grouped(
            self._together,
            lambda mail: len(mail.raw),
            most_items=TOGETHER,
            most_bytes=TOGETHER * SMALL_BYTES,
            at_once=max_workers,
        )
        self.papers = pool(max_workers=max_workers)
        self.scans = pool(max_workers=1)

    @property
    def all_deaths(self) -> int:
        """How many children were lost, whatever they did."""
        return self.deaths + self.papers.deaths + self.scans.deaths

    async def close(self) -> None:
        """Let all children finish what they do, then end them."""
        await super().close()
        await self.papers.close()
        await self.scans.close()

    async def parts_of(self, raw: bytes, paths: Sequence[str]) -> list[bytes]:
        """Return the decoded bytes of the parts at `paths` of a message, in that order.

        Raise Poison when the message is over the reader's limits, and as `run` does.
        """
        return await self.papers.run(parts_of, raw, tuple(paths))

    async def read_document(
        self, data: bytes, *, part: str, name: str, declared: str
    ) -> DocumentText:
        """Return the text of one document, read in a call of its own; see `papers.reader`.

        A child that cannot gives a document that says so: "took_too_long",
        "used_too_much_memory", "died". Raise Transient when no child can be had.
        """
        reading = partial(read_document, part=part, name=name, declared=declared)
        try:
            return await self.papers.run(reading, data)
        except Poison as error:
            return unread(part, name, declared, error.code)

    async def read(
        self,
        raw: bytes,
        *,
        mail_from: str | None = None,
        own_domains: frozenset[str] = frozenset(),
    ) -> Reading:
        """Return the reading of `raw`; state "failed" with the reason when a child cannot.

        Reasons of its own: "message_too_large", "reading_took_too_long",
        "reading_used_too_much_memory", "reader_died". Raises Transient when no child can be had.
        """
        return (await self._understood(Mail(raw, mail_from, own_domains))).reading

    async def understand(self, raw: bytes, envelope: Envelope, *, ours: Ours) -> Understood:
        """Return the reading of an accepted message as `read` does, and what it proposes."""
        mail_from = envelope.mail_from if envelope.submission is None else None
        return await self._understood(
            Mail(raw, mail_from, ours.addresses.domains, About(envelope, ours))
        )

    async def propose(
        self, envelope: Envelope, reading: Reading, documents: Sequence[DocumentText], *, ours: Ours
    ) -> Triage:
        """Return what a message proposes with its documents; raise as `run` does."""
        return await self.papers.run(propose, About(envelope, ours), reading, tuple(documents))

    async def flags_of(self, letters: Sequence[DocumentText]) -> list[Flag]:
        """Return what stands in the texts of documents; raise as `run` does."""
        return await self.papers.run(flags_of_letters, tuple(letters))

    async def _understood(self, mail: Mail) -> Understood:
        if len(mail.raw) > MOST_BYTES:
            return await self._failed(mail, "message_too_large")
        if len(mail.raw) <= SMALL_BYTES:
            return await self._small.add(mail)
        return await self._alone(mail)

    async def _together(self, mails: list[Mail]) -> list[Understood]:
        """Read all in one call. If that fails, each alone shows which one it was."""
        if len(mails) > 1:
            with contextlib.suppress(Poison):
                return await self.run(understand_all, mails)
        return [await self._alone(mail) for mail in mails]

    async def _alone(self, mail: Mail) -> Understood:
        """Read one in a call of its own. If that fails, reading alone shows whether it was what the
        words propose: that must not cost the reading."""
        try:
            return (await self.run(understand_all, [mail]))[0]
        except Poison as error:
            if mail.about is not None and not mail.trouble and error.code in LIMITS:
                return await self._alone(mail._replace(trouble=error.code))
            because = "reader_died" if error.code == "died" else f"reading_{error.code}"
            return await self._failed(mail, because)

    async def _failed(self, mail: Mail, because: str) -> Understood:
        return Understood(await asyncio.to_thread(failed, mail.raw, because))
