"""Complaints to look through: invented, the same in every run, and kept through the port, so that
the store holds them as it holds any other.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import get_args

from shared.domain.act import Closing, Motive, Outcome
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.delays import Pause
from shared.domain.document import derived_id
from shared.domain.reading import Flag, FlagName, Message, Reading
from shared.domain.reference import reference_for
from shared.domain.words import search_words
from shared.ports.store import Store

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
#: Two in ten are open, far more than a year's work leaves: the lists are made of those.
OPEN_SHARE = 0.2
#: A word of a third of all complaints, and one of every five thousandth.
COMMON_WORD, RARE_WORD = "versement", "hydravion"
#: Different words in the language of the complaints, and how many one complaint has: those of
#: grammar, which no search keeps, are left out.
VOCABULARY, LENGTHS = 30_000, (30, 60, 90, 120, 240)
#: Cases kept at one moment: they share commits.
AT_ONCE = 400
#: Accounts that have taken cases.
AGENTS = 40

_SYLLABLES = re.findall("..", "bacedifogulameniporusatevixozubrclfrgnst")
_FLAGS: tuple[FlagName, ...] = ("sensitive", "tribunal", "names_staff", "possible_review")


@dataclass(frozen=True, slots=True)
class Stock:
    """How many cases there are, and the units that have them: the first has a quarter."""

    cases: int
    units: Sequence[str]


async def fill(store: Store, stock: Stock) -> None:
    """Keep all the cases."""
    cases = cases_of(stock)
    while batch := list(islice(cases, AT_ONCE)):
        await asyncio.gather(*(store.cases.add(case, words=words) for case, words in batch))


def first_reference(stock: Stock) -> str:
    """Return the reference of a case that the first unit has."""
    return _first(stock).reference


async def keep_messages(store: Store, stock: Stock, *, count: int = 3) -> None:
    """Give that case what a page of it shows: messages of an ordinary length."""
    case = _first(stock)
    for number in range(count):
        message = Message(
            id=derived_id("message", case.id, str(number)),
            case_id=case.id,
            envelope_id=case.envelope_ids[0],
            at=case.opened_at + timedelta(hours=number),
            channel="mail",
            reading=Reading(subject=case.subject, text=case.summary * 8, own_text=case.summary * 8),
        )
        await store.messages.add(message)


def _first(stock: Stock) -> Case:
    return next(case for case, _ in cases_of(stock) if case.unit_id == stock.units[0])


def cases_of(stock: Stock) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """Yield each case with the words of its message."""
    chance = random.Random(1)  # noqa: S311 - not a secret
    vocabulary = _vocabulary(chance)
    # Few words are common and most are rare, as in any language
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    for number in range(stock.cases):
        said = chance.choices(vocabulary, cum_weights=weights, k=chance.choice(LENGTHS))
        if chance.random() < 1 / 3:
            said.insert(chance.randrange(len(said)), COMMON_WORD)
        if number % 5000 == 7:
            said.append(RARE_WORD)
        yield _case(number, stock, " ".join(said), chance), search_words(" ".join(said))


def _vocabulary(chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3, 3, 4))))] = None
    # Elision and accents: an apostrophe takes five bytes of a page, an accent two
    return [f"l'{word}é" if number % 8 == 3 else word for number, word in enumerate(found)]


def _case(number: int, stock: Stock, text: str, chance: random.Random) -> Case:
    case_id = derived_id("bench", "case", str(number))
    is_open = chance.random() < OPEN_SHARE
    age = timedelta(days=chance.random() * (40 if is_open else 1000) + (0 if is_open else 5))
    at = NOW - age
    unit = stock.units[0] if chance.random() < 0.25 else chance.choice(stock.units[1:])
    taken = chance.randrange(AGENTS) if chance.random() < 0.6 else None
    # What only figures ask for is drawn apart
    other = random.Random(number)  # noqa: S311 - not a secret
    answered = at + timedelta(days=other.triangular(1, 60, 18))
    return Case(
        id=case_id,
        reference=reference_for(case_id, at.year),
        opened_at=at,
        received_at=at,
        channel=other.choice(("mail", "mail", "form", "form", "phone", "counter")),
        language=other.choice(("fr", "fr", "fr", "fr", "en")),
        complainant=Complainant(
            name=f"Personne {text.split()[0].title()}",
            address=f"p{number}@courriel.example",
            kind="natural" if other.random() < 0.95 else "legal",
        ),
        subject=f"Dossier {number}, {text[:40]}",
        summary=text[:280],
        flags=_flags(chance),
        first_message_id=derived_id("message", case_id),
        envelope_ids=(derived_id("envelope", case_id),),
        message_ids=(f"<{number}@courriel.example>",),
        participants=(f"p{number}@courriel.example",),
        state="assigned" if is_open else "closed",
        acknowledge_to=f"p{number}@courriel.example",
        assignment=Assignment(
            unit_id=unit, rule_id="region 06", at=at, region=f"{other.randint(1, 17):02d}"
        ),
        due_on=(at + timedelta(days=28)).date(),
        pauses=_pauses(at, chance) if is_open else (),
        acted_at=at + timedelta(hours=chance.random() * 90) if chance.random() < 0.7 else None,
        answered_at=answered if not is_open and answered < NOW else None,
        closing=None if is_open else _closing(min(answered, NOW), other),
        policy_version="2026-1",
        taken_by=f"agent-{taken}" if taken is not None else None,
        taken_by_name=f"Agent {taken}" if taken is not None else "",
    )


def _closing(at: datetime, chance: random.Random) -> Closing:
    outcome: Outcome = chance.choice(get_args(Outcome))
    motive: Motive = chance.choice(get_args(Motive))
    return Closing(outcome=outcome, motive=motive, at=at, by="Agent 1", said_satisfied=True)


def _flags(chance: random.Random) -> tuple[Flag, ...]:
    if chance.random() > 0.15:
        return ()
    return (Flag(name=chance.choice(_FLAGS), words="mots", start=0, end=4),)


def _pauses(at: datetime, chance: random.Random) -> tuple[Pause, ...]:
    if chance.random() > 0.1:
        return ()
    return (Pause(began_at=at + timedelta(hours=3), reason="un document", by="Agent 1"),)
