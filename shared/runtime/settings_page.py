"""The text of `docs/settings.md`: `python -m shared.runtime.settings_page > docs/settings.md`."""

from __future__ import annotations

import sys

from shared.runtime.settings import Settings

_HEAD = """# Settings

Every setting is an environment variable. It is read once, when a process starts; a value that
makes no sense is refused then, by name. This page is made from the code
(`python -m shared.runtime.settings_page`), and a test compares the two.

| variable | when it is not set | what it says |
|---|---|---|
"""


def page() -> str:
    """Return the page: one row for each setting, in the order of the code."""
    rows = (
        f"| `RECOURS_{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _HEAD + "".join(rows)


def _default(value: object) -> str:
    return "nothing" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(page())
