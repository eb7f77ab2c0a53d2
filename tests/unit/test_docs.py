"""What the docs tell people to type exists, and nothing in the tree speaks of one machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from services.cli import app
from shared.runtime.settings import Settings
from shared.topology import QUEUES
from tests.conftest import ROOT

DOCS = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/api.md",
        "docs/dataflow.md",
        "docs/glossary.md",
        "docs/operations.md",
        "docs/settings.md",
    )
]
by_name = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)

#: Fenced blocks, and what stands between backticks elsewhere.
_CODE = re.compile(r"^```\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?<![\w./@:-])(?:\.venv/bin/)?recours((?: +[^\s;&|`]+)+)")
_TARGET = re.compile(r"(?<![\w-])make ([a-z][a-z-]*)")
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
#: Folders that only some machine has, and hosts that packages come from.
_MACHINE = re.compile(
    r"(?<![\w.}-])/(?:work|root|home|Users|builds)/[\w.-]+"
    r"|(?:index-url|registry|find-links)[= ]+https?:"
    r"|https?://[^\s/]*(?:pypi|pythonhosted|npmjs|artifactory|nexus|registry)[^\s/]*"
)
#: Mail is data: what strangers' programs wrote into it stays as it is.
_DATA = {".eml", ".mbox", ".lock", ".csv"}


def code_in(doc: Path) -> str:
    """Return all that a doc shows as code, a piece a line."""
    return "\n".join(block or span for block, span in _CODE.findall(doc.read_text("utf-8")))


def commands_in(doc: Path) -> Iterator[list[str]]:
    """Yield the words after `recours`; what only names the program has none."""
    for found in _COMMAND.finditer(code_in(doc)):
        words = found[1].split()
        if re.fullmatch(r"[a-z-]+", words[0]):
            yield words


@cache
def program() -> Any:
    """Return the whole command line; making it takes longer than all that is asked of it."""
    return typer.main.get_command(app)


def fault_of(words: list[str]) -> str:
    """Return what is wrong with a command, or ""."""
    here = program()
    for word in words:
        if isinstance(here, TyperGroup):
            if word not in here.commands:
                return f"{word} is no command"
            here = here.commands[word]
        elif word.startswith("--"):
            options = {name for parameter in here.params for name in parameter.opts}
            if word.partition("=")[0] not in options:
                return f"{word} is no option"
    return f"{here.name} needs a command" if isinstance(here, TyperGroup) else ""


def targets() -> set[str]:
    """Return the targets of the Makefile whose path, if they name one, is there."""
    found = re.findall(r"^([a-z-]+):.*?(?:## (?:\[([^]]+)])?.*)?$", _makefile(), re.MULTILINE)
    return {name for name, path in found if not path or (ROOT / path).exists()}


def _makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def tracked() -> list[Path]:
    """Return every file that git knows."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@by_name
def test_every_command_in_the_docs_exists(doc: Path) -> None:
    faults = {" ".join(words): fault_of(words) for words in commands_in(doc)}
    assert {command: fault for command, fault in faults.items() if fault} == {}


def test_a_command_that_does_not_exist_is_found() -> None:
    assert fault_of(["dead", "bury"]) == "bury is no command"
    assert fault_of(["ledger", "--mend"]) == "--mend is no option"
    assert fault_of(["parked"]) == "parked needs a command"
    assert fault_of(["route", "--json", "deploy/samples"]) == ""


@by_name
def test_every_make_target_in_the_docs_exists(doc: Path) -> None:
    named = set(_TARGET.findall(code_in(doc)))
    assert named - targets() == set()


def test_the_readme_shows_both_commands_and_stays_short() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {"run", "test"} <= set(_TARGET.findall(readme))
    assert len(readme.splitlines()) <= 150


@by_name
def test_every_link_in_the_docs_leads_somewhere(doc: Path) -> None:
    links = _LINK.findall(doc.read_text("utf-8"))
    assert [link for link in links if not (doc.parent / link).exists()] == []


@by_name
def test_every_setting_in_the_docs_exists(doc: Path) -> None:
    named = set(re.findall(r"RECOURS_[A-Z_]+[A-Z]", doc.read_text("utf-8")))
    known = {f"RECOURS_{name.upper()}" for name in Settings.model_fields}
    known |= {f"RECOURS_TEST_{name}" for name in ("AMQP_URL", "MONGODB_URL", "NOTICES")}
    assert named - known == set()


@by_name
def test_every_module_in_the_docs_exists(doc: Path) -> None:
    named = set(re.findall(r"(?:services|shared|tests|deploy)/[\w/.-]*\w", code_in(doc)))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_dataflow_names_every_queue_and_every_event() -> None:
    flow = (ROOT / "docs" / "dataflow.md").read_text("utf-8")
    known = {queue.name for queue in QUEUES} | {event for q in QUEUES for event in q.takes}
    assert {name for name in known if f"`{name}`" not in flow} == set()


def test_the_readme_names_the_sources_of_the_territory() -> None:
    table = (ROOT / "deploy" / "department" / "department.toml").read_text("utf-8")
    line = re.search(r'^attribution = "([^"]+)"', table, re.MULTILINE)
    assert line is not None
    readme = (ROOT / "README.md").read_text("utf-8")
    assert " ".join(line[1].split()) in " ".join(readme.split())


def test_no_file_speaks_of_one_machine_or_of_where_packages_come_from() -> None:
    found = {}
    for path in tracked():
        if path.suffix in _DATA - {".lock"}:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and (match := _MACHINE.search(text)):
            found[path.relative_to(ROOT).as_posix()] = match[0]
    assert found == {}
