"""A map of Québec's regions, each as dark as its number is large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from shared.pages.rendering import static_file

#: From nothing to the most: five steps that stay apart in grey and for the colour-blind.
SHADES = ("#e4e9ee", "#bdd0e3", "#86add0", "#4a83b8", "#1d5488")
_PATH = re.compile(r'<path id="r(\d\d)"([^>]*)><title>([^<]*)</title>')
_LABEL = re.compile(r'aria-label="[^"]*"')


def coloured_map(numbers: Mapping[str, int], title: str) -> str:
    """Return an SVG of the regions; each says its number when it is pointed at."""
    most = max(numbers.values(), default=0)

    def painted(found: re.Match[str]) -> str:
        code, rest, name = found.groups()
        number = numbers.get(code, 0)
        fill = f'style="fill:{SHADES[shade(number, most)]}"'
        return f'<path id="r{code}"{rest} {fill}><title>{name} : {number}</title>'

    image = _PATH.sub(painted, static_file("quebec.svg").decode())
    image = _LABEL.sub(f'aria-label="{escape(title)}"', image, count=1)
    return image.replace("</svg>", f"{_legend(most, title)}</svg>")


def shade(number: int, most: int) -> int:
    """Return the step of a number: 0 for none, the darkest for the most."""
    last = len(SHADES) - 1
    return 0 if not number else max(1, -(-number * last // most))


def _legend(most: int, title: str) -> str:
    last = len(SHADES) - 1
    tops = [most * step // last for step in range(last + 1)]
    # Few cases need few shades: a step that no number takes is not shown
    used = [step for step in range(last + 1) if not step or tops[step] > tops[step - 1]]
    boxes = "".join(
        f'<rect x="720" y="{80 + 30 * row}" width="24" height="20" style="fill:{SHADES[step]}"/>'
        f'<text x="752" y="{96 + 30 * row}">{f"≤ {tops[step]}" if step else "0"}</text>'
        for row, step in enumerate(used)
    )
    style = "fill:#222;stroke:none;font:18px sans-serif"
    heading = f'<text x="990" y="36" text-anchor="end">{escape(title)}</text>'
    return f'<g style="{style}">{heading}{boxes}</g>'
