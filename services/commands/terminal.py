"""Where commands print: one terminal, file or pipe for all of them."""

from __future__ import annotations

from rich.console import Console

out = Console()
