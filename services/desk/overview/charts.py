"""Charts as paths, without any text: labels and figures stand beside them in HTML. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from services.desk.overview.figures import Span

#: One pair of bars, in units of the drawing; it is stretched to the page's width.
STEP, BAR, HEIGHT = 20, 7, 100
SHADES = 5


class Bars(NamedTuple):
    """Paths for a drawing that is `width` by HEIGHT, and the lines behind them."""

    width: int
    received: str
    closed: str
    lines: tuple[float, ...]
    marks: tuple[int, ...]


class Shade(NamedTuple):
    """A colour of the map, and the values that have it."""

    name: str
    least: int
    most: int


def bars(spans: Sequence[Span]) -> Bars:
    """Return two bars for each span, and a line at each round number."""
    top = max((max(span.received, span.closed) for span in spans), default=0)
    step = _round_step(top)
    scale = HEIGHT / max(ceil(top / step) * step, 1)
    marks = tuple(range(step, top + 1, step))
    return Bars(
        width=STEP * max(len(spans), 1),
        received=_row([span.received for span in spans], 3, scale),
        closed=_row([span.closed for span in spans], 3 + BAR, scale),
        lines=tuple(round(HEIGHT - mark * scale, 1) for mark in marks),
        marks=marks,
    )


def shades(values: Mapping[str, int]) -> tuple[dict[str, str], tuple[Shade, ...]]:
    """Return the colour of each region, and what each colour stands for.

    Colours part the regions that have any into groups of about the same size; equal values have
    the same colour.
    """
    some = sorted(value for value in values.values() if value)
    kinds = sorted(set(some))
    ranked = {value: _rank(some, value) for value in kinds}
    colours = {region: f"m{ranked[value]}" if value else "m0" for region, value in values.items()}
    keys = [
        Shade(f"m{rank}", min(group), max(group))
        for rank in range(1, SHADES + 1)
        if (group := [value for value in kinds if ranked[value] == rank])
    ]
    return colours, tuple(keys)


def _rank(some: Sequence[int], value: int) -> int:
    below = sum(1 for one in some if one < value)
    return 1 + floor(SHADES * below / len(some))


def _row(heights: Sequence[int], start: int, scale: float) -> str:
    return "".join(
        f"M{start + STEP * number} {HEIGHT - tall:g}h{BAR}v{tall:g}h-{BAR}z"
        for number, height in enumerate(heights)
        if (tall := round(height * scale, 1))
    )


def _round_step(top: int) -> int:
    """Return 1, 2 or 5 times a power of ten: about three lines under `top`."""
    if top < 3:
        return 1
    raw = top / 3
    power = 10 ** floor(log10(raw))
    return int(next(power * one for one in (1, 2, 5, 10) if power * one >= raw))
