"""What a person of the department does with a case, and what follows from it: one act, one mail.

The words that a person is sent stand in the act: the case and its event are one write, and the
mail is made from it afterwards.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.domain.document import Value
from shared.domain.recourse import Since

ActKind = Literal["asked", "extended", "answer", "closed", "thanks"]
Outcome = Literal["founded", "partly", "not_founded", "withdrawn", "out_of_scope"]
#: The motives that a ministry of Québec counts its complaints by (Justice, 2021-2022).
Motive = Literal["accessibility", "error", "answer_quality", "delays", "courtesy", "claim"]
Satisfied = Literal["yes", "partly", "no"]


class Act(Value):
    """One act, oldest first in `Case.acts`. `text` goes to the person as it is.

    `day` is the day that the mail promises or asks for: of the new answer, of the missing piece.
    `pauses` tells whether the clock stands because of it.
    """

    kind: ActKind
    at: datetime
    by: str
    text: str = ""
    day: date | None = None
    pauses: bool = False


class Receipt(Value):
    """That a person has received the alert of a sensitive case: it is not repeated any more."""

    at: datetime
    by: str


class RecourseTold(Value):
    """That the person was told their recourses: how, when, by whom, and which.

    `on` is None when they stand in the letter or call of the closing, which waits for a person:
    its notice says when it was posted or told.
    """

    how: Literal["notice", "orally", "letter"]
    on: date | None
    by: str
    recourses: tuple[str, ...] = ()


class Closing(Value):
    """How a complaint ended. `told` is None only when the person said that they are satisfied.

    `known` has the days a person recorded that delays of recourses count from (`Since`).
    """

    outcome: Outcome
    motive: Motive
    at: datetime
    by: str
    said_satisfied: bool = False
    told: RecourseTold | None = None
    known: dict[Since, date] = Field(default_factory=dict)


class SetAside(Value):
    """A person looked at mail marked as unwanted or automatic, and found no complaint in it.

    Nobody is written to, nothing is deleted, and the case can be opened again.
    """

    at: datetime
    by: str


class Satisfaction(Value):
    """What the person said of the answer, once, by the link in the closing mail."""

    answer: Satisfied
    at: datetime
