"""A reading: what was understood of one message's bytes. The raw bytes stay the truth."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value
from shared.domain.envelope import Channel, ComplainantKind, Language

MessageKind = Literal["complaint", "comment", "request", "thanks", "out_of_scope"]
FlagName = Literal[
    "possible_review",
    "tribunal",
    "access_to_information",
    "possible_disclosure",
    "sensitive",
    "names_staff",
    "several_complaints",
]
#: What became of a document: its text is here ("read"); it waits for a scan to be made text
#: ("scan"); a person must open it ("by_a_person", with the reason); it is an archive, listed and
#: never opened; it is encrypted; a virus was found in it; it went over a limit.
DocumentState = Literal[
    "read", "scan", "by_a_person", "archive", "encrypted", "infected", "too_large"
]


class Attachment(Value):
    """One document in a message. `part` is its path in the MIME tree ("2.1"), for a download."""

    name: str
    content_type: str
    detected_type: str
    size: int
    sha256: str
    part: str
    inline: bool = False


#: What a delivery report says of a mail: it arrived; it went on to a system that reports nothing;
#: it is tried further; it came back because the mailbox is full, because the mail was refused,
#: because there is no such address.
ReportSays = Literal["delivered", "passed_on", "delayed", "full", "refused", "dead"]


class Bounce(Value):
    """A delivery report (RFC 3464 or one written in prose): who failed, and of which mail.

    `permanent` answers whether the address is dead, `says` what became of the mail.
    """

    failed: tuple[str, ...] = ()
    permanent: bool = True
    says: ReportSays = "refused"
    original_message_id: str | None = None


class Forwarded(Value):
    """A mail that somebody passed on in the text of theirs: who wrote it, when, and what."""

    from_address: str = ""
    from_name: str = ""
    date: datetime | None = None
    subject: str = ""
    text: str = ""


class Flag(Value):
    """Something that a person should look at, and the words that led to it; never a decision.

    `start` and `end` are positions in the text named by `where`: "own_text", "subject", "forwarded"
    (the mail that a colleague passed on), "quoted_text", "signature", or a document's part; of a
    message that joined a case, with that message's id and a slash before it.
    """

    name: FlagName
    words: str
    start: int
    end: int
    where: str = "own_text"
    #: The rule that found it, for "sensitive" what it is about ("threat", "self_harm" …)
    because: str = ""


class Triage(Value):
    """What a message is about, as far as its words say. `happened_on` is the day of the facts,
    `asked_language` the one that the person plainly asks to be answered in."""

    kind: MessageKind = "complaint"
    flags: tuple[Flag, ...] = ()
    complainant_kind: ComplainantKind = "natural"
    happened_on: date | None = None
    asked_language: Language | None = None


class DocumentText(Value):
    """What was understood of one attached document. `part` is that of its Attachment.

    `pages` is None where a kind of document has none; `entries` lists what an archive holds.
    `because` is a code of ours: why a person must read it, or what stopped the reading.
    """

    part: str
    name: str
    type: str
    state: DocumentState
    because: str = ""
    text: str = ""
    cut: bool = False
    pages: int | None = None
    entries: tuple[str, ...] = ()


#: A defect: what the words propose could not be looked for, so flags may be missing.
NOTHING_PROPOSED = "nothing_proposed"


class Reading(Value):
    """What the reader found. No string in it holds NUL or a lone surrogate.

    `text` is all of it; `own_text` is without quoted history and is never empty when `text` is
    not. At most 1 MiB of text each; `cut` says that more is in the raw bytes.
    `own_text` is also without `signature` (signature and disclaimer, as they stand in `text`).
    `mixed` says that the person wrote in both languages.
    `content_sha256` is over the MIME body without trace headers: the same for two deliveries.
    """

    state: Literal["read", "failed"] = "read"
    failed_because: str = ""
    subject: str = ""
    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    own_text: str = ""
    quoted_text: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None
    cut: bool = False
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False
    automatic_reasons: tuple[str, ...] = ()
    bounce: Bounce | None = None
    language: Language = "fr"
    language_confidence: float = 0.0
    mixed: bool = False
    content_sha256: str = ""
    defects: tuple[str, ...] = ()

    @property
    def searched(self) -> bool:
        """Whether all words, those of documents included, were looked at for signs."""
        return NOTHING_PROPOSED not in self.defects

    def not_searched(self) -> Reading:
        """Return the reading with the defect that says that some words were not looked at."""
        defects = tuple(sorted({*self.defects, NOTHING_PROPOSED}))
        return self.model_copy(update={"defects": defects})


class Message(Document):
    """One message of a case. Its bytes are those of the envelope that it came in.

    The message that opened a case has an id that follows from the case's: the same mail by two
    of our addresses is two envelopes and one message.
    """

    collection: ClassVar[str] = "messages"
    indexes: ClassVar[tuple[str, ...]] = ("case_id", "at")

    case_id: str
    envelope_id: str
    at: datetime
    channel: Channel
    reading: Reading
    documents: tuple[DocumentText, ...] = ()
