"""The day of the facts, as far as the words of a complaint say it; in doubt, none.

Never in the future, never a birth date, the date at the head of a letter or that of a quoted mail.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date, timedelta

from services.intake.signs.mentions import MENTIONS, Mention, mentions
from services.intake.signs.terms import Found

#: How far back facts can lie.
OLDEST = timedelta(3653)
#: Facts told with days further apart than this are a history; its beginning is not clear.
_SPREAD = timedelta(366)
#: Letters around a day in which its sentence is looked at.
_SENTENCE = 150

#: All that stands before the date at the head of a letter: "Québec, le ", "Date : ".
_HEAD = re.compile(
    r"[ \t]*(?:[^\d\n,:]{2,40},\s*)?(?:le\s|on\s|date\s?:\s?)?"
    r"(?:(?:[a-z]{3,6}di|dimanche|[a-z]{3,6}day)[ ,.]{0,2})?$",
    re.IGNORECASE,
)
_TIME_OR_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2} ?[h:] ?\d{0,2}\b")
_WROTE = re.compile(r"(?:a écrit|wrote|écrivait)\b")
_SENT = re.compile(r"[ \t>*]*(?:sent|envoyé|envoye)(?: le)? ?:", re.IGNORECASE)


def day_of_facts(text: str, found: Found, received_on: date) -> date | None:
    """Return the day complained of, or None when the words leave it open.

    Of several days the first, without those of what the person did before there was a cause.
    """
    told = [
        mention
        for mention in mentions(text, found, received_on)[: 3 * MENTIONS]
        if timedelta(0) <= received_on - mention.day <= OLDEST
        and not _is_limit(found, mention)
        and not _is_head(text, found, mention)
    ]
    facts = [mention for mention in told if not _is_beforehand(found, mention)] or told
    days = sorted({mention.day for mention in facts})
    if not days or days[-1] - days[0] > _SPREAD:
        return None
    return days[0]


def _is_limit(found: Found, mention: Mention) -> bool:
    """Tell whether a day is one of birth, a limit, an appointment: the words right before it."""
    against = found.of("no_facts")
    at = bisect_left(against, (mention.start - 45, 0))
    return any(
        start < mention.start
        and mention.start - end <= 6
        and "." not in found.folded.text[end : mention.start]
        for start, end in against[at : at + 10]
    )


def _is_head(text: str, found: Found, mention: Mention) -> bool:
    """Tell whether a day stands at the head of a letter, or of a mail that is quoted."""
    first, last = found.folded.original(mention.start), found.folded.original(mention.end)
    line_start = text.rfind("\n", 0, first) + 1
    line_end = text.find("\n", last)
    after = text[last : line_end if line_end >= 0 else len(text)][:100]
    before = text[max(line_start, first - 80) : first]
    if _WROTE.search(after) or _SENT.match(before):
        return True
    if not any(letter.isdigit() for letter in text[first:last]):  # "hier", "il y a une semaine"
        return False
    alone = not re.search(r"\w", _TIME_OR_YEAR.sub("", after))
    return alone and len(before) <= 60 and _HEAD.fullmatch(before) is not None


def _is_beforehand(found: Found, mention: Mention) -> bool:
    """Tell whether the sentence says what the person did before there was cause to complain."""
    text, acts = found.folded.text, found.of("beforehand")
    first, last = max(0, mention.start - _SENTENCE), mention.end + _SENTENCE
    start = max(
        first, text.rfind(". ", first, mention.start), text.rfind("\n", first, mention.start)
    )
    stops = (text.find(". ", mention.end, last), text.find("\n", mention.end, last))
    stop = min((place for place in stops if place >= 0), default=last)
    at = bisect_left(acts, (start, 0))
    return at < len(acts) and acts[at][0] < stop
