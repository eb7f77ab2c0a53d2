"""How much the reader takes on; what exceeds a limit is read by a person instead."""

from __future__ import annotations

#: Postfix folds header blocks over 100 kB; real ones stay under 40 kB.
HEADER_BYTES = 256 * 1024
#: Postfix nests to 100; people's mail, forwarded several times, stays under 10.
DEPTH = 30
PARTS = 1_000
#: Base64, quoted-printable and uuencode only ever shrink, so this bounds the decoded bytes too.
MESSAGE_BYTES = 64 * 1024 * 1024
#: Text kept in the store, each of `text`, `own_text`, `quoted_text` (UTF-8); BSON ends at 16 MiB.
TEXT_BYTES = 1024 * 1024
#: Bytes taken out of containers (S/MIME, TNEF), one in another included, and how many containers.
OPENED_BYTES = 64 * 1024 * 1024
OPENED = 20
#: Packed RTF grows eightfold at most, in a loop of Python; a calendar's facts stand at its head.
RTF_BYTES = 1024 * 1024
CALENDAR_BYTES = 256 * 1024
HEADER_TEXT = 2_000
NAME_CHARACTERS = 150
ADDRESSES = 1_000
REFERENCES = 100
ATTACHMENTS = 1_000
