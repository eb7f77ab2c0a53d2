"""Every error of ours, named by what to do about it.

RecoursError
├── Transient      try again later: a store, broker, relay or child process did not answer
│   └── Postponed      not even tried, as it would fail: later, and no try is counted
├── Poison         this message can never succeed: dead letter at once, with the reason
├── Refused        the caller asked for what cannot be: tell them, in words
│   └── Misconfigured  settings or department data are wrong: say which line, exit 2
└── Conflict       someone else saved this document first: load it again, decide again

`code` is a short word of ours. It is what logs, dead letters and metrics carry; the text of a
foreign error never leaves the adapter that caught it, as it may hold an address or a password.
"""

from __future__ import annotations


class RecoursError(Exception):
    """Base of all errors that this program raises on purpose."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class Transient(RecoursError):
    """Nothing was wrong with the message; the same call may succeed later."""


class Postponed(Transient):
    """It was not the message's turn: nothing was tried. `seconds` is when it may be."""

    def __init__(self, code: str, *, seconds: float) -> None:
        super().__init__(code)
        self.seconds = seconds


class Poison(RecoursError):
    """The message is at fault and will fail in the same way every time."""


class Refused(RecoursError):
    """The request cannot be carried out; the text is meant for the person who asked."""


class Misconfigured(Refused):
    """A setting or a table of the department is wrong; the process must not start."""


class Conflict(RecoursError):
    """The document has another version in the store than the one that was changed."""

    def __init__(self, collection: str, document_id: str) -> None:
        super().__init__("conflict", f"{collection}/{document_id} was saved by someone else")
        self.collection = collection
        self.document_id = document_id
