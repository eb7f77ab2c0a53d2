"""What a person typed into the form, checked: one mandatory answer, all others may be empty.

Nothing here refuses a complaint for want of a name, a number or an address (the policy asks for
"accessible and simple"); an answer is wrong only when it cannot be used as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple, TypeVar

from services.intake.days_typed import Typed, read_day
from services.intake.limits import FormLimits
from shared.department import Addresses
from shared.domain.document import Value
from shared.domain.envelope import Language, Submission

Capacity = Literal["personne", "proche", "organisme"]
AnswerBy = Literal["", "courriel", "telephone", "poste"]
Choice = TypeVar("Choice", bound=str)

#: Local part at most 64, domain at most 255, whole path 256 with its brackets (RFC 5321 4.5.3.1).
_ADDRESS = re.compile(
    r"(?=.{6,254}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_CHANNELS: dict[AnswerBy, Literal["mail", "phone", "post"]] = {
    "courriel": "mail",
    "telephone": "phone",
    "poste": "post",
}
#: Which field an answer needs, in the order in which one is taken when nothing was chosen.
_NEEDED: dict[AnswerBy, str] = {"courriel": "courriel", "telephone": "tel", "poste": "adresse"}


class Fault(NamedTuple):
    """An answer to correct: the field's id, and the key and values of the sentence that says so."""

    field: str
    key: str
    values: Mapping[str, object] = {}


class Answers(Value):
    """The form as typed; what a page shows again, whatever else happens."""

    recit: str = ""
    quand: str = ""
    bureau: str = ""
    lieu: str = ""
    qualite: Capacity = "personne"
    nom: str = ""
    organisme: str = ""
    reponse: AnswerBy = ""
    courriel: str = ""
    tel: str = ""
    adresse: str = ""

    @property
    def answer_by(self) -> AnswerBy:
        """The way that was chosen, else the first way that was filled in."""
        filled: list[AnswerBy] = [way for way, field in _NEEDED.items() if getattr(self, field)]
        return self.reponse or (filled[0] if filled else "")


def read_answers(posted: Mapping[str, list[str]]) -> Answers:
    """Return the answers as typed, without control characters; unknown choices count as none."""

    def text(name: str) -> str:
        value = (posted.get(name) or [""])[0].replace("\r\n", "\n").replace("\r", "\n")
        return _CONTROLS.sub("", value).strip()

    def line(name: str) -> str:
        return " ".join(text(name).split())

    return Answers(
        recit=text("recit"),
        quand=line("quand"),
        bureau=line("bureau"),
        lieu=line("lieu"),
        qualite=_one_of(line("qualite"), ("personne", "proche", "organisme"), "personne"),
        nom=line("nom"),
        organisme=line("organisme"),
        reponse=_one_of(line("reponse"), ("courriel", "telephone", "poste"), ""),
        courriel=line("courriel").removeprefix("mailto:"),
        tel=line("tel"),
        adresse=text("adresse"),
    )


def faults_in(
    answers: Answers,
    *,
    addresses: Addresses,
    offices: frozenset[str],
    today: date,
    limits: FormLimits,
) -> list[Fault]:
    """Return what must be corrected before sending, in page order, documents aside."""
    faults = [
        *_story_faults(answers.recit, limits),
        *_day_faults(answers.quand, today),
        *([Fault("bureau", "office_gone")] if answers.bureau not in {"", *offices} else []),
        *_length_faults(answers),
        *_way_faults(answers, addresses),
    ]
    return sorted(faults, key=lambda fault: PAGE_ORDER.index(fault.field))


def submission_of(answers: Answers, *, language: Language, today: date) -> Submission:
    """Return the checked facts of answers that have no fault."""
    way = answers.answer_by
    return Submission(
        language=language,
        kind="legal" if answers.qualite == "organisme" else "natural",
        name=answers.nom,
        organisation=answers.organisme if answers.qualite == "organisme" else "",
        address=answers.courriel or None,
        phone=answers.tel,
        postal_address=answers.adresse,
        answer_by=_CHANNELS.get(way, "mail"),
        happened_on=read_day(answers.quand, today).day,
        office=answers.bureau or None,
    )


#: Field ids in the order of the page: the summary of errors follows it.
PAGE_ORDER = (
    "recit",
    "quand",
    "bureau",
    "lieu",
    "documents",
    "nom",
    "organisme",
    "courriel",
    "tel",
    "adresse",
)


def _story_faults(story: str, limits: FormLimits) -> list[Fault]:
    if not story:
        return [Fault("recit", "story_missing")]
    if len(story) > limits.answer_characters:
        return [Fault("recit", "story_long", {"most": f"{limits.answer_characters:,}"})]
    return []


def _day_faults(typed: str, today: date) -> list[Fault]:
    kind = read_day(typed, today).kind
    if kind is Typed.IMPOSSIBLE:
        return [Fault("quand", "day_impossible", {"typed": typed[:60]})]
    if kind is Typed.FUTURE:
        return [Fault("quand", "day_future", {"typed": typed[:60]})]
    return []


#: Longest answers in characters; far above any real one, so that a paste gone wrong is noticed.
_LONGEST = {"quand": 200, "lieu": 200, "nom": 200, "organisme": 200, "tel": 60, "adresse": 1000}


def _length_faults(answers: Answers) -> list[Fault]:
    return [
        Fault(field, "too_long", {"most": most})
        for field, most in _LONGEST.items()
        if len(getattr(answers, field)) > most
    ]


def _way_faults(answers: Answers, addresses: Addresses) -> list[Fault]:
    faults = []
    if answers.courriel:
        faults += _address_faults(answers.courriel, addresses)
    if answers.tel and sum(letter.isdigit() for letter in answers.tel) < 7:
        faults.append(Fault("tel", "phone_short"))
    needed = _NEEDED.get(answers.reponse)
    if needed and not getattr(answers, needed):
        faults.append(Fault(needed, f"{needed}_missing"))
    return faults


def _address_faults(address: str, addresses: Addresses) -> list[Fault]:
    if not _ADDRESS.match(address) or ".." in address or ".@" in address or address[0] == ".":
        return [Fault("courriel", "address_wrong")]
    if addresses.owns(address):
        return [Fault("courriel", "address_ours")]
    return []


def _one_of(value: str, choices: tuple[Choice, ...], otherwise: Choice) -> Choice:
    return next((choice for choice in choices if choice == value), otherwise)
