"""Letters become mail: jinja2 fills the templates, and both parts are put in one mail. Pure.

Templates are read, compiled and tried when a `Renderer` is built: a template, a word or a value
that is missing in either language stops the start, with its file and line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, get_args

import jinja2
from markupsafe import Markup

from services.notifier.letter import Letter
from services.notifier.obligations import refuse_untold
from services.notifier.sample import sample_letters
from services.notifier.two_part_mail import mailbox, two_part_mail, unstructured
from services.notifier.typography import (
    NBSP,
    day_of,
    hour_of,
    line_of_days,
    set_template,
    set_text,
)
from shared.department import Department
from shared.domain.act import Outcome
from shared.domain.assignment import HeldReason
from shared.domain.envelope import Language
from shared.domain.notice import Failure, NoticeKind
from shared.domain.place import EvidenceKind
from shared.errors import Misconfigured

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES: tuple[Language, ...] = get_args(Language)
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)

Words = dict[str, dict[str, str]]

#: Every key that `words.toml` must have, by section.
WORD_KEYS: dict[str, tuple[str, ...]] = {
    "why": (*get_args(EvidenceKind), "person"),
    "clue": (*get_args(EvidenceKind), "person"),
    "held": get_args(HeldReason),
    "failed": get_args(Failure),
    "outcome": get_args(Outcome),
}

_BETWEEN_LANGUAGES = f"\n\n{'_' * 60}\n\n"


class Mail(NamedTuple):
    """What is kept of a rendered letter: the subject for people, the bytes for the wire."""

    subject: str
    raw: bytes


class _Templates(NamedTuple):
    text: jinja2.Template
    html: jinja2.Template


class Renderer:
    """Turns letters into mail. Build one at start and pass it in."""

    def __init__(self, department: Department | None = None, folder: Path = TEMPLATES) -> None:
        """Read, compile and try every template in `folder`, with an invented department and, when
        it is given, with ours; raise Misconfigured with file and line."""
        self._frame = _compile(_environment(folder, "fr"), "frame.html", folder)
        self._templates = {
            (kind, language): templates
            for language in LANGUAGES
            for kind, templates in _load(folder / language, language)
        }
        for letter in sample_letters(department):
            self._try(letter, folder)

    def render(self, letter: Letter, *, message_id: str, at: datetime) -> Mail:
        """Return the mail; `message_id` has no angle brackets, `at` is the Date.

        The same letter, id and moment give the same bytes.
        """
        parts = [self._part(letter, language) for language in letter.languages]
        title = " / ".join(subject for subject, _, _ in parts)
        subject = title.replace(NBSP, " ")
        return Mail(
            subject,
            two_part_mail(
                _headers(letter, message_id=message_id, at=at, subject=subject),
                text=_BETWEEN_LANGUAGES.join(text for _, text, _ in parts),
                html=self._frame.render(
                    subject=title,
                    languages=letter.languages,
                    parts=[
                        (language, Markup(html))  # noqa: S704 - rendered with autoescape
                        for language, (_, _, html) in zip(letter.languages, parts, strict=True)
                    ],
                ),
                boundary=f"=_{message_id.partition('.')[0]}",
            ),
        )

    def _part(self, letter: Letter, language: Language) -> tuple[str, str, str]:
        """Return subject, text and HTML in one language. The text's first line is the subject."""
        templates = self._templates[letter.kind, language]
        values = dict(letter.values)
        values["department"] = letter.department
        values["both_languages"] = len(letter.languages) > 1
        values["is_first"] = language == letter.languages[0]
        subject, _, text = templates.text.render(values).partition("\n\n")
        return subject, text, templates.html.render(values)

    def _try(self, letter: Letter, folder: Path) -> None:
        try:
            for language in letter.languages:
                _, *texts = self._part(letter, language)
                refuse_untold(letter, language, texts)
        except jinja2.TemplateError as error:
            raise _refused(folder, error) from None


def _headers(
    letter: Letter, *, message_id: str, at: datetime, subject: str
) -> list[tuple[str, str]]:
    department, first = letter.department, letter.languages[0]
    name = department.complaints_name_en if first == "en" else department.complaints_name_fr
    headers = [
        ("From", mailbox(name, department.addresses.main)),
        ("To", letter.recipient),
        ("Subject", unstructured(subject)),
        ("Date", format_datetime(department.calendar.local(at))),
        ("Message-ID", f"<{message_id}>"),
        ("Content-Language", ", ".join(f"{language}-CA" for language in letter.languages)),
    ]
    if letter.automatic:
        how = "auto-replied" if letter.role == "complainant" else "auto-generated"
        headers.append(("Auto-Submitted", how))
        headers.append(("X-Auto-Response-Suppress", "All"))
    if letter.reply_to:
        headers.append(("Reply-To", letter.reply_to))
    if letter.in_reply_to:
        headers.append(("In-Reply-To", f"<{letter.in_reply_to}>"))
        headers.append(("References", f"<{letter.in_reply_to}>"))
    return headers


def _environment(folder: Path, language: Language) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=_Typeset(folder, language),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    filters: dict[str, Callable[..., str]] = {
        "day": partial(day_of, language=language),
        "hour": partial(hour_of, language=language),
        "set": partial(set_text, language=language),
        "line": line_of_days,
    }
    environment.filters.update(filters)
    return environment


class _Typeset(jinja2.FileSystemLoader):
    """Loads templates with their non-breaking spaces put in: nobody has to type them."""

    def __init__(self, folder: Path, language: Language) -> None:
        super().__init__(folder)
        self._language = language

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, filename, up_to_date = super().get_source(environment, template)
        return set_template(source, self._language), filename, up_to_date


def _load(folder: Path, language: Language) -> Iterator[tuple[NoticeKind, _Templates]]:
    environment = _environment(folder, language)
    environment.globals["words"] = _words(folder / "words.toml", language)
    for kind in KINDS:
        yield (
            kind,
            _Templates(
                _compile(environment, f"{kind}.txt", folder),
                _compile(environment, f"{kind}.html", folder),
            ),
        )


def _compile(environment: jinja2.Environment, name: str, folder: Path) -> jinja2.Template:
    try:
        template = environment.get_template(name)
    except jinja2.TemplateNotFound as error:
        raise Misconfigured("template", f"{folder / str(error.name)}: file not found") from None
    except jinja2.TemplateSyntaxError as error:
        raise _refused(folder, error) from None
    # Each rendering copies them; out of the library's chain of mappings that costs a tenth of it
    template.globals = dict(template.globals)
    return template


def _words(path: Path, language: Language) -> Words:
    try:
        words: Words = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Misconfigured("template", f"{path}: file not found") from None
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured("template", f"{path}: {error}") from None
    missing = [
        f"[{section}] {key}"
        for section, keys in WORD_KEYS.items()
        for key in _absent(keys, words.get(section, {}))
    ]
    if missing:
        raise Misconfigured("template", f"{path}: missing {', '.join(missing)}")
    return {
        section: {key: set_text(word, language) for key, word in entries.items()}
        for section, entries in words.items()
    }


def _absent(keys: Iterable[str], entries: dict[str, str]) -> list[str]:
    return [key for key in keys if not entries.get(key)]


def _refused(folder: Path, error: jinja2.TemplateError) -> Misconfigured:
    """Return our error with the template's file and line. The text is jinja's: it names a
    variable or a tag of a template, and nothing of a case has been near it."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = f"{error.filename or folder}, line {error.lineno}"
    else:
        where = _place_of(error, folder)
    return Misconfigured("template", f"{where}: {error.message}")


def _place_of(error: BaseException, folder: Path) -> str:
    """Return file and line of the template in which `error` arose: the innermost such frame."""
    place, trace = str(folder), error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if Path(filename).is_relative_to(folder):
            place = f"{filename}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
