"""Commands that a person answers a complaint with, and `recours notice preview`."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer

from services.commands.terminal import out
from shared.domain.act import Motive, Outcome
from shared.domain.recourse import Since
from shared.errors import Refused
from shared.runtime.settings import read_settings

notice = typer.Typer(no_args_is_help=True, help="What is written in the department's name.")

By = Annotated[str, typer.Option(help="Who acts; stands under the letter.")]
Text = Annotated[Path, typer.Option(help="A file with what the person reads; - is stdin.")]
DAYS = ["%Y-%m-%d"]
STDIN = Path("-")


def ask(
    reference: str,
    by: By,
    text: Text = STDIN,
    until: Annotated[datetime | None, typer.Option(formats=DAYS, help="Wanted by.")] = None,
) -> None:
    """Ask the person for a missing piece; the clock stands meanwhile."""
    from services.commands.acting_on_case import act_on, text_given
    from services.desk import acting

    wanted = until.date() if until else None
    decide = partial(acting.ask, text=text_given(text), by_day=wanted)
    act_on(reference, by, read_settings(), out, decide)


def extend(
    reference: str,
    by: By,
    until: Annotated[datetime, typer.Option(formats=DAYS, help="The new day of the answer.")],
    text: Text = STDIN,
) -> None:
    """Tell the person, before the day due, that the answer comes later, and why."""
    from services.commands.acting_on_case import act_on, text_given
    from services.desk import acting

    decide = partial(acting.extend, text=text_given(text), until=until.date())
    act_on(reference, by, read_settings(), out, decide)


def answer(reference: str, by: By, text: Text = STDIN) -> None:
    """Send the person an answer; `recours close` ends the complaint."""
    from services.commands.acting_on_case import act_on, text_given
    from services.desk import acting

    act_on(reference, by, read_settings(), out, partial(acting.answer, text=text_given(text)))


def thank(reference: str, by: By, text: Text = STDIN) -> None:
    """Close what was thanks and no complaint, with a word in return."""
    from services.commands.acting_on_case import act_on, text_given
    from services.desk import acting

    act_on(reference, by, read_settings(), out, partial(acting.thank, text=text_given(text)))


def close(
    reference: str,
    by: By,
    outcome: Annotated[str, typer.Option(help=" | ".join(get_args(Outcome)))],
    motive: Annotated[str, typer.Option(help=" | ".join(get_args(Motive)))],
    text: Text = STDIN,
    satisfied: Annotated[bool, typer.Option("--satisfied", help="The person said so.")] = False,
    told_orally: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="The day the recourses were told.")
    ] = None,
    told_by_letter: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="The day the letter left.")
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option("--day", help="A day recourses count from: decision=2026-10-16"),
    ] = None,
) -> None:
    """Close a complaint with its outcome and reasons; the mail tells the recourses."""
    from services.commands.acting_on_case import act_on, text_given
    from services.desk import acting

    told = told_orally or told_by_letter
    ending = acting.Ending(
        outcome=cast(Outcome, _one_of(outcome, get_args(Outcome))),
        motive=cast(Motive, _one_of(motive, get_args(Motive))),
        said_satisfied=satisfied,
        told_on=told.date() if told else None,
        told_by_letter=told_orally is None and told_by_letter is not None,
        known=tuple(_known(each) for each in known or ()),
    )
    decide = partial(acting.close, text=text_given(text), ending=ending)
    act_on(reference, by, read_settings(), out, decide)


def escalate(
    reference: str,
    by: By,
    because: Annotated[str, typer.Option(help="Why; kept with the case, never mailed.")],
) -> None:
    """Let the complaints office take a complaint, as a second case with its own clock."""
    from services.commands import acting_on_case

    acting_on_case.escalate(reference, by, because, read_settings(), out)


def refuse(
    reference: str,
    by: By,
    because: Annotated[str, typer.Option(help="Why; kept with the case, never mailed.")],
) -> None:
    """Say that a complaint is not for the unit that has it: the complaints office sorts it."""
    from services.commands import acting_on_case

    acting_on_case.refuse(reference, by, because, read_settings(), out)


def confirm(reference: str, by: By) -> None:
    """Confirm receipt of the alert of a sensitive complaint; it is not repeated any more."""
    from services.commands.acting_on_case import change
    from services.desk import noting

    change(reference, by, read_settings(), out, noting.confirmed)


def contacted(reference: str, by: By) -> None:
    """Note that somebody got in touch with the person, by telephone for instance."""
    from services.commands.acting_on_case import change
    from services.desk import noting

    change(reference, by, read_settings(), out, noting.contacted)


def resume(reference: str, by: By) -> None:
    """Let a clock that stands run again."""
    from services.commands.acting_on_case import change
    from services.desk import acting

    change(reference, by, read_settings(), out, acting.resume)


def language(
    reference: str, wanted: Annotated[Literal["fr", "en", "both"], typer.Argument()], by: By
) -> None:
    """Answer a person in the language they ask for, or in both."""
    from services.commands.acting_on_case import change
    from services.desk import acting

    change(reference, by, read_settings(), out, partial(acting.answer_in, language=wanted))


@notice.command("preview")
def notice_preview(
    kind: str,
    language: Annotated[Literal["fr", "en"], typer.Option(help="fr or en.")] = "fr",
    html: Annotated[bool, typer.Option("--html", help="The HTML part, for a browser.")] = False,
) -> None:
    """Show a notice with an invented case and the department's own data; nothing is sent."""
    from services.commands.previewing import show_preview

    show_preview(kind, language, read_settings(), html=html)


def register(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    acts = (ask, extend, answer, close, escalate, thank, resume, language)
    for command in (*acts, refuse, confirm, contacted):
        app.command()(command)
    app.add_typer(notice, name="notice")


def _known(text: str) -> tuple[Since, date]:
    what, _, day = text.partition("=")
    since = cast(Since, _one_of(what, get_args(Since)))
    try:
        return since, date.fromisoformat(day)
    except ValueError:
        raise Refused("no_day", f"{text!r}: write a day as {what}=2026-10-16.") from None


def _one_of(given: str, choices: tuple[str, ...]) -> str:
    if given not in choices:
        raise Refused("no_such_choice", f"{given!r} is none of {', '.join(choices)}.")
    return given
