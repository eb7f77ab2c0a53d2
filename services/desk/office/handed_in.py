"""Documents that a person hands in: those just chosen, and those of an earlier try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.desk.posting import Papers
from services.intake.answers import Fault
from services.intake.bundle import bundle_of
from services.intake.documents import Posted
from services.intake.holding import Held


class HandedIn(NamedTuple):
    """The documents of one page. `documents` are good; `held` are those that the page had before,
    `fresh` tells that others were chosen since, which nobody has read back yet."""

    documents: Sequence[Posted] = ()
    held: Sequence[Held] = ()
    faults: Sequence[Fault] = ()
    fresh: bool = False

    def without(self, gone: Held) -> HandedIn:
        """Return the same without a document that was taken back."""
        return self._replace(
            documents=[
                one for one in self.documents if (one.name, one.data) != (gone.name, gone.data)
            ],
            held=[one for one in self.held if one.id != gone.id],
        )


def handed_in(
    typed: Mapping[str, Sequence[str]], chosen: Sequence[Posted], papers: Papers
) -> HandedIn:
    """Return the documents of a posted page, checked as those of the public form are."""
    tokens = dict.fromkeys(typed.get("garde", ()))
    held = [one for one in map(papers.held.find, tokens) if one]
    documents, faults = bundle_of(held, chosen, papers.limits)
    known = {(one.name, one.data) for one in held}
    fresh = any((one.name, one.data) not in known for one in documents)
    return HandedIn(documents, held, faults, fresh)
