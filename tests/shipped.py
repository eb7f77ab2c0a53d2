"""What the repository ships, read once a process: it never changes, so all tests may share it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from services.notifier.rendering import Renderer
from services.router.locating.gazetteer import Gazetteer, load_gazetteer
from shared.department import Department, load_department

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "department"


@cache
def department() -> Department:
    return load_department(FOLDER)


@cache
def gazetteer() -> Gazetteer:
    """Return the names of places; it keeps the automaton of the units it was last asked for."""
    return load_gazetteer(FOLDER)


@cache
def renderer() -> Renderer:
    """Return the templates, compiled and tried with `department`; they hold nothing of it."""
    return Renderer(department())
