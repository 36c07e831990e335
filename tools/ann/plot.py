"""Draws recall against queries per second as SVG."""

import math
from html import escape

import rounds

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 46, 52
# Okabe and Ito's colours, which the colour-blind can tell apart; ours is black.
COLOURS = ["#e69f00", "#0072b2", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#999999"]
OUR_COLOURS = ["#000000", "#555555"]
RECALLS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]
# A recall of 1 has no place on a logarithmic axis of errors.
HIGHEST = 0.9995


def place(recall):
    return -math.log10(1 - min(recall, HIGHEST))


class Axes:
    def __init__(self, curves):
        points = [point for _, curve, _ in curves for point in curve]
        lowest = min(point["recall"] for point in points)
        below = [recall for recall in RECALLS if recall <= lowest]
        self.first = max(below, default=RECALLS[0])
        speeds = [point["qps"] for point in points if point["recall"] >= self.first]
        self.low = math.log10(min(speeds)) - 0.05
        self.high = math.log10(max(speeds)) + 0.05

    def x(self, recall):
        share = (place(recall) - place(self.first)) / (place(HIGHEST) - place(self.first))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, qps):
        share = (math.log10(qps) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def speeds(self):
        """1, 2 and 5 times the powers of ten within the axis."""
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        marks = (digit * 10**power for power in powers for digit in (1, 2, 5))
        return [mark for mark in marks if self.low <= math.log10(mark) <= self.high]


def text(x, y, words, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour, width=1.0):
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def grid(axes):
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for recall in RECALLS:
        if recall >= axes.first:
            x = axes.x(recall)
            yield line(x, TOP, x, bottom, "#dddddd")
            yield text(x, bottom + 18, f"{recall:g}", "middle")
    for speed in axes.speeds():
        y = axes.y(speed)
        yield line(LEFT, y, right, y, "#dddddd")
        yield text(LEFT - 8, y + 4, f"{speed:,.0f}", "end")
    yield text((LEFT + right) / 2, HEIGHT - 12, "recall@10", "middle")
    middle = (TOP + bottom) / 2
    turned = f' transform="rotate(-90 18 {middle})"'
    yield text(18, middle, "queries per second, one thread", "middle", turned)


def curve(axes, points, colour, width):
    shown = sorted((point["recall"], point["qps"]) for point in points)
    shown = [(axes.x(recall), axes.y(qps)) for recall, qps in shown if recall >= axes.first]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in shown)
    yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    for x, y in shown:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width + 1}" fill="{colour}"/>'


def legend(curves):
    for number, (name, _, colour) in enumerate(curves):
        y = TOP + 12 + 20 * number
        x = WIDTH - RIGHT + 18
        yield line(x, y - 4, x + 22, y - 4, colour, 3)
        yield text(x + 30, y, name)


def svg(results):
    """The plot of one set's results."""
    curves, colours, own = [], iter(COLOURS * 3), iter(OUR_COLOURS * 9)
    for result in results:
        if result.get("curve"):
            colour = next(own if result["contender"] == rounds.OURS else colours)
            curves.append((result["peer"], result["curve"], colour))
    axes = Axes(curves)
    first = results[0]
    title = f"{first['set']}: {first['n']:,} vectors of {first['dim']} dimensions"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 26, title, extra=' font-size="15" font-weight="bold"'),
        *grid(axes),
    ]
    # Ours, which comes first, is drawn last, above the others.
    for _, points, colour in reversed(curves):
        parts += curve(axes, points, colour, 2.5 if colour in OUR_COLOURS else 1.5)
    return "\n".join([*parts, *legend(curves), "</svg>"]) + "\n"
