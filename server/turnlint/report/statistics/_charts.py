"""Charts as inline SVG, of numbers alone. Lengths along the page are percentages, so text keeps its size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from turnlint.engine.statistics import Bin
from turnlint.report._markup import Markup, tag
from turnlint.report.statistics._words import bin_label
from turnlint.text.label import percent

__all__ = ["columns", "stacked", "swatch"]

_TOP, _BASE, _HEIGHT = 22, 188, 212
"""Where the plot begins, where its bars stand, and where the labels below them end, in pixels."""
_AXIS = 44
_FEW = 8
"""Of the labels below the bars, about so many stay on a narrow page."""


def columns(bins: Sequence[Bin], title: str, limit: int = 0) -> Markup:
    """A histogram with its axes; `title` says what is counted. The limit is marked, or said to be beyond."""
    most = max(one.count for one in bins)
    step = _step(most)
    levels = range(0, most + step, step)
    top = levels[-1]
    axis = (
        tag("text", _short(level), x="100%", y=_y(level, top), dy=4, text_anchor="end") for level in levels
    )
    plot = (
        *(_line(_y(level, top), "grid" if level else "base") for level in levels),
        *(_column(one, at, len(bins), top, title) for at, one in enumerate(bins)),
        *_marks(bins),
        *_break(bins),
        *_limit(bins, limit),
    )
    return tag(
        "div",
        tag("svg", *axis, class_="axis", width=_AXIS, height=_HEIGHT, aria_hidden="true"),
        tag("svg", *plot, class_="plot", width="100%", height=_HEIGHT, role="img", aria_label=title),
        class_="chart",
    )


def stacked(parts: Mapping[str, int], title: str) -> Markup:
    """One bar made of parts; each name is the end of a class `role-…`."""
    whole, at, rects = sum(parts.values()), 0, []
    for name, count in parts.items():
        words = tag("title", f"{name}: {count:,} ({percent(count, whole)})")
        x, width = _percent(at, whole), _percent(count, whole)
        rects.append(tag("rect", words, class_=f"role-{name}", x=x, width=width, height="100%"))
        at += count
    return tag("svg", *rects, class_="stack", width="100%", height=30, role="img", aria_label=title)


def swatch(name: str) -> Markup:
    """The colour of a part, for a legend."""
    rect = tag("rect", class_=f"role-{name}", width=11, height=11, rx=3)
    return tag("svg", rect, class_="swatch", width=11, height=11, aria_hidden="true")


def _column(one: Bin, at: int, count: int, top: int, title: str) -> Markup:
    """A bar; the whole height above its place answers to the pointer."""
    y = _y(one.count, top)
    hit = {"x": _percent(at, count), "width": _percent(1, count), "y": _TOP, "height": _BASE - _TOP}
    bar = {"x": _percent(at + 0.06, count), "width": _percent(0.88, count), "y": y, "height": _BASE - y}
    return tag(
        "g",
        tag("title", f"{bin_label(one)} {title}: {one.count:,}"),
        tag("rect", class_="hit", **hit),
        tag("rect", class_="bar over" if one.is_over else "bar", rx=2, **bar),
    )


def _marks(bins: Sequence[Bin]) -> Iterator[Markup]:
    """The values below the bars: in the middle of each if all stand for one value, else at the edges."""
    if all(one.first == one.last for one in bins):
        places = [(at + 0.5, f"{one.first:,}") for at, one in enumerate(bins)]
    else:
        places = [(float(at), _short(one.first)) for at, one in enumerate(bins)]
        places.append((len(bins), _short(bins[-1].last)))
    every = max(1, round(len(places) / _FEW))
    for number, (at, label) in enumerate(places):
        is_last = number == len(places) - 1
        room = every if len(label) < 4 else 2 * every  # the last one reaches to the left
        stays = is_last or (number % every == 0 and number + room < len(places))
        anchor = "start" if not at else "end" if at == len(bins) else "middle"
        x, y = _percent(at, len(bins)), _BASE + 18
        yield tag("text", label, class_=None if stays else "more", x=x, y=y, text_anchor=anchor)


def _break(bins: Sequence[Bin]) -> Iterator[Markup]:
    """Two strokes through the axis where bins of equal widths end."""
    at = next((at for at, one in enumerate(bins) if one.is_rest), None)
    if at is not None:
        strokes = tag("path", d="M-5 5 -1 -5M1 5 5 -5", class_="break")
        yield tag("svg", strokes, x=_percent(at, len(bins)), y=_BASE, width=1, height=1)


def _limit(bins: Sequence[Bin], limit: int) -> Iterator[Markup]:
    """A line at the limit, or a word where it is further to the right than the bars."""
    words = f"limit {limit:,}"
    over = next((at for at, one in enumerate(bins) if one.is_over), None)
    if over is not None:
        x = _percent(over, len(bins))
        is_right = over * 2 > len(bins)
        anchor, dx = ("end", -6) if is_right else ("start", 6)
        yield tag("line", class_="limit", x1=x, x2=x, y1=4, y2=_BASE)
        yield tag("text", words, class_="limit", x=x, dx=dx, y=12, text_anchor=anchor)
    elif limit > bins[-1].last:
        yield tag("text", f"{words} →", x="100%", y=12, text_anchor="end")


def _line(y: float, kind: str) -> Markup:
    return tag("line", class_=kind, x1=0, x2="100%", y1=y, y2=y)


def _y(count: int, top: int) -> float:
    """Where a count stands; what is not nothing is seen."""
    height = (_BASE - _TOP) * count / top
    return round(_BASE - (max(1.5, height) if count else 0), 1)


def _step(most: int) -> int:
    """The distance of grid lines, of which there are three to six above the base."""
    step = 1
    while True:
        for one in (step, 2 * step, 5 * step):
            if one * 5 >= most:
                return one
        step *= 10


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}%"


def _short(number: int) -> str:
    """A number for an axis: `1,500`, `65.5k`, `2M`."""
    if number < 10_000:
        return f"{number:,}"
    shown, unit = (number / 1e6, "M") if number >= 1_000_000 else (number / 1e3, "k")
    return f"{shown:.1f}".removesuffix(".0") + unit
