"""The words of the pages: one TOML file a language, read once, typeset, asked for by key.

The texts are ours, so they may hold markup; what is put into them never is, and is escaped.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

NBSP = "\u00a0"

_BEFORE_SIGN = re.compile(r"(?<=[^\s\u00a0]) (?=[:;?!»%$])")
_AFTER_NUMBER = re.compile(r"(\d|\{(?:count|number|most|total|files)\}) (?=[\dA-Za-zÀ-ÿ$%{])")


def typeset(text: str, language: str) -> str:
    """Return `text` with the non-breaking spaces that the language asks for.

    French: before : ; ? ! » % $, after «, and after numbers. English: after numbers only.
    """
    text = _AFTER_NUMBER.sub(rf"\1{NBSP}", text)
    if language != "fr":
        return text
    return _BEFORE_SIGN.sub(NBSP, text).replace("« ", f"«{NBSP}")


class Texts:
    """The texts of one language. A key that does not exist is a KeyError: tests find it."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self._entries = dict(entries)

    def __call__(self, key: str, **values: object) -> Markup:
        """Return the text of `key`; `values` are escaped into its {places}."""
        text = Markup(self._entries[key])  # noqa: S704 (our own text file, never a person's words)
        return text.format(**values) if values else text

    def number(self, key: str, count: int, **values: object) -> Markup:
        """Return `key`.one or `key`.many; 0 is one in French and many in English."""
        one = count < 2 if self.language == "fr" else count == 1
        return self(f"{key}.{'one' if one else 'many'}", count=count, **values)

    def amount(self, number: int) -> str:
        """1 234 · 1,234"""
        return f"{number:,}".replace(",", NBSP) if self.language == "fr" else f"{number:,}"

    def listed(self, key: str) -> list[str]:
        """Return a text that holds several words, parted by blanks, as a list."""
        return self._entries[key].split()

    def get(self, key: str, otherwise: str = "") -> Markup:
        return self(key) if key in self._entries else Markup(otherwise)  # noqa: S704 (as above)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._entries)

    def places(self, key: str) -> frozenset[str]:
        """Return the names in {braces} of a text: both languages must ask for the same."""
        return frozenset(re.findall(r"\{(\w+)\}", self._entries[key]))


def load_texts(language: str, *folders: Path) -> Texts:
    """Return the texts of `<folder>/<language>.toml`, later folders over earlier ones."""
    entries: dict[str, str] = {}
    for folder in folders:
        entries.update(_entries(folder / f"{language}.toml", language))
    return Texts(language, entries)


@cache
def _entries(path: Path, language: str) -> Mapping[str, str]:
    """Return the typeset texts of one file. They do not change while a process runs."""
    with path.open("rb") as file:
        texts = _flat(tomllib.load(file))
    return {key: typeset(text, language) for key, text in texts.items()}


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = str(value)
    return found
