"""What somebody did to the machinery: a dead letter put back, a parked mail opened."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.domain.document import Document

Deed = Literal[
    "dead_requeue",  # a dead letter back on its queue
    "dead_discard",  # a dead letter removed for good
    "parked_open",  # the mail itself shown to a person
    "parked_again",  # a parked mail given back to its queue
    "parked_file",  # a parked mail put into a case by hand
]
#: "begun" that stays says that a process died in between: look whether it was done.
Result = Literal["begun", "done", "gone", "failed"]


#: Stands where an account would, for a command.
SHELL = "shell"


class Intervention(Document):
    """Who did what to one message, when and why; kept before it is done.

    `account_id` is `SHELL` for somebody at a terminal of the machine, who has no account there.
    `about` is the id of the letter or of the envelope, `queue` where a letter lay, `event` the id
    of the event that it carried, `code` our word for why it failed.
    """

    collection: ClassVar[str] = "interventions"
    indexes: ClassVar[tuple[str, ...]] = ("at", "about")

    at: datetime
    account_id: str
    by: str
    deed: Deed
    about: str
    because: str = ""
    queue: str = ""
    event: str = ""
    result: Result = "begun"
    code: str = ""
