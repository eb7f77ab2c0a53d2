"""Every notice as text and HTML, kept in `tests/notices/` so that a change of words is seen.

`python -m tests.snapshots` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import get_args

from services.notifier.preview import preview
from services.notifier.sample import sample_department
from shared.domain.envelope import Language
from shared.domain.notice import NoticeKind
from tests.shipped import renderer

FOLDER = Path(__file__).parent / "notices"


def snapshots() -> dict[str, str]:
    """Return what each file should hold, by its name."""
    found: dict[str, str] = {}
    department = sample_department()
    for kind in get_args(NoticeKind):
        for language in get_args(Language):
            raw = preview(kind, language, department, renderer())
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            for part, name in (("plain", "txt"), ("html", "html")):
                body = mail.get_body((part,))
                assert body is not None
                content = str(body.get_content()).replace("\r\n", "\n")
                head = f"{mail['Subject']}\n\n" if part == "plain" else ""
                found[f"{kind}.{language}.{name}"] = head + content
    return found


def main() -> None:
    """Write every file, and remove those of notices that are no more."""
    expected = snapshots()
    for file in FOLDER.iterdir():
        if file.name not in expected:
            file.unlink()
    for name, text in expected.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
