"""Templates are tried at the start: one that is broken, or tells too little, stops it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from services.notifier.obligations import TELLS_RECOURSES
from services.notifier.rendering import KINDS, LANGUAGES, TEMPLATES, Renderer
from services.notifier.sample import sample_department
from shared.errors import Misconfigured

DEPARTMENT = sample_department()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(TEMPLATES, tmp_path / "templates")


@pytest.mark.parametrize("language", LANGUAGES)
# Each start compiles all the others, so two stand for all: each has its snapshots
@pytest.mark.parametrize("kind", [KINDS[0], KINDS[-1]])
@pytest.mark.parametrize("part", ["txt", "html"])
def test_a_missing_template_stops_the_start(
    folder: Path, kind: str, language: str, part: str
) -> None:
    missing = folder / language / f"{kind}.{part}"
    missing.unlink()
    with pytest.raises(Misconfigured, match=re.escape(f"{language}/{kind}.{part}")):
        Renderer(DEPARTMENT, folder)


def test_a_value_that_does_not_exist_stops_the_start_with_file_and_line(folder: Path) -> None:
    template = folder / "en" / "assigned.html"
    template.write_text(f"{template.read_text()}\n{{{{ nobody }}}}")
    line = len(template.read_text().splitlines())
    with pytest.raises(Misconfigured, match=rf"en/assigned\.html, line {line}: 'nobody'"):
        Renderer(DEPARTMENT, folder)


def test_a_value_missing_in_a_branch_seldom_taken_stops_the_start_too(folder: Path) -> None:
    template = folder / "fr" / "held.txt"
    template.write_text(template.read_text().replace("{% else %}", "{% else %}{{ nobody }}"))
    with pytest.raises(Misconfigured, match=r"fr/held\.txt, line \d+: 'nobody'"):
        Renderer(DEPARTMENT, folder)


def test_a_tag_left_open_stops_the_start_with_file_and_line(folder: Path) -> None:
    template = folder / "fr" / "added.txt"
    template.write_text(f"{{% if reference %}}\n{template.read_text()}")
    with pytest.raises(Misconfigured, match=r"fr/added\.txt, line \d+"):
        Renderer(DEPARTMENT, folder)


def test_a_word_missing_in_one_language_stops_the_start(folder: Path) -> None:
    words = folder / "en" / "words.toml"
    words.write_text(re.sub(r"no_rule = .*\n", "", words.read_text()))
    with pytest.raises(Misconfigured, match=r"en/words\.toml: missing \[held\] no_rule"):
        Renderer(DEPARTMENT, folder)


@pytest.mark.parametrize(
    ("kind", "language", "part"),
    [
        *((kind, "en", "html") for kind in sorted(TELLS_RECOURSES)),
        ("closed", "en", "txt"),
        ("closed", "fr", "html"),
        ("closed", "fr", "txt"),
    ],
)
def test_a_letter_that_leaves_its_recourses_out_stops_the_start(
    folder: Path, kind: str, language: str, part: str
) -> None:
    template = folder / language / f"{kind}.{part}"
    source = template.read_text()
    if "recourses." not in source:  # it stands in the letter that this one is a variant of
        template = folder / language / f"acknowledgement.{part}"
        source = template.read_text()
    template.write_text(re.sub(r'\{% include "recourses\.\w+" %\}', "", source))
    with pytest.raises(Misconfigured, match=r"the recourse .* is not told"):
        Renderer(DEPARTMENT, folder)
