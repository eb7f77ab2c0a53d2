"""One fault of the tables, with its file and line."""

from __future__ import annotations

from typing import Literal

from shared.domain.document import Value

Severity = Literal["error", "warning"]


class Finding(Value):
    """An error must be mended before the tables are used, a warning may be meant."""

    severity: Severity
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.file} line {self.line}: {self.message}"

    def told(self, instead: str) -> str:
        """Return the finding with the rules called by the name of the file they came in."""
        file = instead if self.file == "rules.csv" else self.file
        return f"{file} line {self.line}: {self.message}"


def error(file: str, line: int, message: str) -> Finding:
    return Finding(severity="error", file=file, line=line, message=message)


def warning(file: str, line: int, message: str) -> Finding:
    return Finding(severity="warning", file=file, line=line, message=message)
