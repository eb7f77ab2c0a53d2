"""Templates, texts and dates put together: what both web faces use to make a page."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.department import Department
from shared.pages.dates import Dates
from shared.pages.sizes import size_words
from shared.pages.texts import Texts, load_texts, typeset

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
DEFAULT_TIME_ZONE = "America/Toronto"


class Pages:
    """Renders templates in either language. The department may be missing: pages still show."""

    def __init__(self, *folders: Path, department: Department | None) -> None:
        self._environment = _environment(*(folder / "templates" for folder in folders))
        zone = department.calendar.time_zone if department else DEFAULT_TIME_ZONE
        self._texts = {
            language: load_texts(language, HERE / "texts", *(f / "texts" for f in folders))
            for language in LANGUAGES
        }
        self._dates = {code: Dates(texts, zone) for code, texts in self._texts.items()}
        self._department = department
        self._sheet = sheet_path()

    def texts(self, language: str) -> Texts:
        return self._texts[language]

    def dates(self, language: str) -> Dates:
        return self._dates[language]

    def render(self, template: str, language: str, **values: object) -> str:
        """Return the page as text; `values` are escaped wherever the template shows them."""
        return self._environment.get_template(template).render(
            t=self._texts[language],
            d=self._dates[language],
            lang=language,
            sheet=self._sheet,
            department=self._department,
            typo=lambda text: typeset(text, language),
            size=lambda number: size_words(number, self._texts[language]),
            **values,
        )


@cache
def _environment(*folders: Path) -> Environment:
    """Return what compiles the templates of `folders`; once a process, for all that show them."""
    return Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def sheet_path() -> str:
    """Return the address of the sheet, which changes with it, so that it may be kept for long."""
    return f"/style/recours.css?{hashlib.sha256(static_file('recours.css')).hexdigest()[:8]}"


def static_file(name: str) -> bytes:
    """Return a file of the one shared folder of style and map."""
    return (HERE / "static" / name).read_bytes()


def map_shapes() -> Markup:
    """Return the shapes of the map, to stand once on a page that then uses them by name."""
    drawing = static_file("quebec.svg").decode()
    start, end = drawing.index('<g id="quebec">'), drawing.rindex("</svg>")
    return Markup(drawing[start:end])  # noqa: S704 (our own drawing)
