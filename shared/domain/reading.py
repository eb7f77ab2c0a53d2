"""A reading: what was understood of one message's bytes. The raw bytes stay the truth."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document, Value
from shared.domain.envelope import Channel, Language


class Attachment(Value):
    """One document in a message. `part` is its path in the MIME tree ("2.1"), for a download."""

    name: str
    content_type: str
    detected_type: str
    size: int
    sha256: str
    part: str
    inline: bool = False


class Bounce(Value):
    """A delivery report (RFC 3464 or one written in prose): who failed, and of which mail."""

    failed: tuple[str, ...] = ()
    permanent: bool = True
    original_message_id: str | None = None


class Reading(Value):
    """What the reader found. No string in it holds NUL or a lone surrogate.

    `text` is all of it; `own_text` is without quoted history and is never empty when `text` is
    not. At most 1 MiB of text each; `cut` says that more is in the raw bytes.
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
    cut: bool = False
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False
    automatic_reasons: tuple[str, ...] = ()
    bounce: Bounce | None = None
    language: Language = "fr"
    language_confidence: float = 0.0
    content_sha256: str = ""
    defects: tuple[str, ...] = ()


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
