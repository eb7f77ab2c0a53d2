"""How much the form takes, stated on the page before anybody chooses a document."""

from __future__ import annotations

from shared.domain.document import Value

MIB = 1024 * 1024


class FormLimits(Value):
    """Bytes, counts and seconds. 5 MB a document is what the Protecteur du citoyen allows too."""

    file_bytes: int = 5 * MIB
    files: int = 10
    total_bytes: int = 20 * MIB
    #: what a person may type in one answer, in characters, and in all of them, in bytes
    answer_characters: int = 100_000
    fields_bytes: int = 1 * MIB
    #: a body beyond this is not read to its end
    body_bytes: int = 200 * MIB
    body_seconds: float = 300.0
    #: documents of all visitors in memory at once; beyond it, a document must be chosen again
    in_flight_bytes: int = 256 * MIB
    #: documents of refused pages, kept on disk for their second try
    held_bytes: int = 512 * MIB
    held_seconds: int = 3600
    #: submissions that one source may send at once, and how many seconds give one more
    burst: int = 12
    seconds_each: float = 30.0
