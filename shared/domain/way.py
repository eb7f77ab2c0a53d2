"""How a person is reached, and what waits for a person of ours because of it. Pure.

Mail leaves by itself. A letter is posted and a call is made by somebody, and what they tell is
told on that day and not before: until then the act that it tells has no effect on the clocks.
"""

from __future__ import annotations

from shared.domain.act import Act
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.notice import Way


def way_to(case: Case) -> Way | None:
    """Return how a person's act is told: by mail, else a letter, else a call. None when the person
    gave no way at all. A letter goes before a call: it can be kept."""
    if case.acknowledge_to or case.complainant.address:
        return "mail"
    return _without_mail(case.complainant)


def way_without_mail(case: Case) -> Way | None:
    """Return how a person who gave no address in the form is told what is automatic, None when by
    mail or not at all."""
    if case.acknowledge_to or case.channel == "mail" or case.tray != "ordinary":
        return None
    return _without_mail(case.complainant)


def is_owed(case: Case, act: Act) -> bool:
    """Tell whether a notice tells this act. Who told a closing already, by a letter of their own or
    in a call, owes no second one."""
    way = way_to(case)
    told = case.closing.told if act.kind == "closed" and case.closing else None
    if way in (None, "mail") or told is None or told.on is None:
        return way is not None
    return way == "post" and told.how == "orally"  # the reasons in writing are owed still


def waits_for_a_person(case: Case, act: Act) -> bool:
    """Tell whether the act has no effect before somebody posts or tells it."""
    return is_owed(case, act) and way_to(case) != "mail"


def notice_of_act(case_id: str, number: int) -> str:
    """Return the id of the notice that tells the act of this number."""
    return derived_id("notice", case_id, "act", str(number))


def _without_mail(person: Complainant) -> Way | None:
    if person.postal_address:
        return "post"
    return "phone" if person.phone else None
