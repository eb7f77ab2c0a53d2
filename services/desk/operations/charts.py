"""Drawings of a row of numbers, without any text in them: their table stands beside them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

#: The view box of a spark, and of a bar chart with 24 bars.
SPARK_WIDTH, SPARK_HEIGHT = 116, 24
BAR, GAP, CHART_HEIGHT = 8, 2, 100


def spark(numbers: Sequence[int]) -> str:
    """Return the path of a line through the numbers; "" for fewer than two."""
    if len(numbers) < 2:
        return ""
    most = max(*numbers, 1)
    step = SPARK_WIDTH / (len(numbers) - 1)
    points = (
        f"{index * step:.1f} {1 + (SPARK_HEIGHT - 2) * (1 - number / most):.1f}"
        for index, number in enumerate(numbers)
    )
    return "M" + "L".join(points)


def bars(numbers: Sequence[int]) -> str:
    """Return the path of one bar a number, the tallest as high as the drawing."""
    most = max(*numbers, 1)
    heights = (round(CHART_HEIGHT * number / most) for number in numbers)
    return "".join(
        f"M{index * (BAR + GAP)} {CHART_HEIGHT}v-{height}h{BAR}v{height}z"
        for index, height in enumerate(heights)
        if height
    )
