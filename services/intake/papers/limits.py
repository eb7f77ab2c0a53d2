"""How much of a document is read; what exceeds a limit is read by a person instead."""

from __future__ import annotations

#: Text kept of one document, and of all that stands in one message, in UTF-8 (BSON ends at 16 MiB).
TEXT_BYTES = 1024 * 1024
MESSAGE_TEXT_BYTES = 4 * TEXT_BYTES
#: Documents of one message that are read; people attach a dozen photos, no more.
DOCUMENTS = 40
#: Seconds for all documents of one message, and how many may use up the time of one document:
#: there are few children, and other people's documents wait behind these.
MESSAGE_SECONDS = 60.0
SLOW_DOCUMENTS = 2
#: Names kept of what an archive or an attached mail holds, and their characters together.
NAMES = 100
NAMES_CHARACTERS = 8_000
#: Pages read of a PDF; the rest of a longer one is cut.
PAGES = 200
#: A page with fewer letters and digits than this, and with something drawn on it, is a picture.
LETTERS_OF_A_PAGE = 20
#: An archive or a zipped document: entries, decoded bytes in all, and how many times larger one
#: entry may be than its compressed bytes. Office documents stay under 30:1; bombs begin at 1,000:1.
ENTRIES = 1_000
DECODED_BYTES = 64 * 1024 * 1024
RATIO = 100
#: Repetition in a small entry is no bomb, whatever its ratio.
SMALL_ENTRY = 1024 * 1024
#: Pages of a document that are scanned, and the pixels of one (A4 at 300 dots an inch: 8.7 M).
SCANNED_PAGES = 10
PIXELS = 12_000_000
