"""The numbers for a terminal: sentences, a table, bars; and what readiness asks, as a checklist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from turnlint.engine.readiness import Answered, Checklist, Verdict
from turnlint.engine.statistics import Statistics, histogram
from turnlint.report import Style
from turnlint.report._text import paint
from turnlint.report.statistics import Section
from turnlint.report.statistics._checklists import behind, counts, title
from turnlint.report.statistics._words import (
    COLUMNS,
    bin_label,
    cells,
    measures,
    name_of,
    roles,
    sentences,
)
from turnlint.text.label import counted, percent

__all__ = ["render", "render_checklists"]

_WIDEST = 100
"""Columns that a line of text and bars takes at most: what is wider is hard to read."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_VERDICTS = {
    Verdict.READY: ("✓", "+", "ready"),
    Verdict.LOOK: ("!", "!", "warning"),
    Verdict.NOT_READY: ("✗", "x", "error"),
    Verdict.NOT_KNOWN: ("?", "?", "info"),
    Verdict.NOT_ASKED: ("–", "-", "dim"),
}
"""The mark of a verdict, the same in ASCII, and its colour."""
_VERDICT = 16
"""Columns of a mark and a verdict."""
_NARROWEST = 24
"""Columns that are left to a text beside them."""


def render(sections: Iterable[Section], total: Section, style: Style) -> Iterator[str]:
    """Write each section, and the total where there are several; yields pieces of text."""
    shown = list(sections)
    if len(shown) > 1:
        shown.append(total)
    for number, section in enumerate(shown):
        yield "\n" * bool(number) + "\n".join(_lines(section, style)) + "\n"


def render_checklists(checklists: Iterable[Checklist], style: Style) -> Iterator[str]:
    """Write what each checklist asks, with its answers; yields pieces of text."""
    for number, one in enumerate(checklists):
        yield "\n" * bool(number) + "\n".join(_checklist(one, style)) + "\n"


def _checklist(checklist: Checklist, style: Style) -> Iterator[str]:
    width = min(style.width, _WIDEST)
    for line in _wrapped(title(checklist), width):
        yield paint(line, "bold", style.colour)
    yield from _wrapped(counts(checklist), width)
    was_asked = True
    for one in checklist.shown:
        is_asked = one.answer.verdict is not Verdict.NOT_ASKED
        if is_asked or was_asked:
            yield ""
        yield from _question(one, width, style)
        was_asked = is_asked


def _question(one: Answered, width: int, style: Style) -> Iterator[str]:
    """A verdict with its question, and beside it what the data says, what to do, and what is behind it."""
    mark, ascii_mark, colour = _VERDICTS[one.answer.verdict]
    verdict = f"{mark if style.blocks else ascii_mark} {one.answer.verdict.words}".ljust(_VERDICT)
    room = max(_NARROWEST, width - _VERDICT)
    head, *more = _wrapped(one.question.asks, room)
    yield paint(verdict, colour, style.colour) + paint(head, "bold", style.colour)
    if one.answer.verdict is Verdict.NOT_ASKED:
        return
    arrow = "→" if style.blocks else "->"
    todo = f"{arrow} {one.answer.todo}" if one.answer.todo else ""
    lines = [*more, *_wrapped(one.answer.figure, room), *_wrapped(todo, room)]
    yield from (" " * _VERDICT + line for line in lines)
    for line in _wrapped(" ".join(behind(one)), room):
        yield " " * _VERDICT + paint(line, "dim", style.colour)


def _wrapped(words: str, width: int) -> list[str]:
    return wrap(words, width, break_long_words=False, break_on_hyphens=False)


def _lines(section: Section, style: Style) -> Iterator[str]:
    width = min(style.width, _WIDEST)
    yield paint(name_of(section), "bold", style.colour)
    for sentence in sentences(section):
        yield from _wrapped(sentence, width)
    found = section.statistics
    if found.examples:
        yield ""
        yield from _table(found, style)
        yield from ("", paint("tokens per example", "bold", style.colour))
        yield from _histogram(section, width, style)
        yield from ("", paint("tokens by role", "bold", style.colour))
        yield from _roles(found, width, style)


def _table(found: Statistics, style: Style) -> Iterator[str]:
    rows = [("", *COLUMNS, "mean", "sum"), *((words, *cells(values)) for words, values in measures(found))]
    head, *body = _aligned(rows)
    yield paint(head, "dim", style.colour)
    yield from body


def _histogram(section: Section, width: int, style: Style) -> Iterator[str]:
    bins = histogram(section.statistics.tokens, section.limit)
    dash = "–" if style.blocks else "-"
    examples = section.statistics.examples
    rows = [(bin_label(one, dash), f"{one.count:,}", percent(one.count, examples)) for one in bins]
    colours = ["warning" if one.is_over else "info" for one in bins]
    yield from _bars(_aligned(rows, left=0), [one.count for one in bins], colours, width, style)


def _roles(found: Statistics, width: int, style: Style) -> Iterator[str]:
    tokens = roles(found)
    whole = sum(tokens.values())
    turns = {role: counted(count, "turn") for role, count in found.role_turns.items()}
    rows = [
        (role, turns.get(role, ""), f"{count:,}", percent(count, whole)) for role, count in tokens.items()
    ]
    yield from _bars(_aligned(rows), list(tokens.values()), ["info"] * len(rows), width, style)


def _bars(
    labels: Sequence[str], counts: Sequence[int], colours: Sequence[str], width: int, style: Style
) -> Iterator[str]:
    """A bar behind each label; the longest one ends at the width."""
    longest = max(counts) or 1
    for label, count, colour in zip(labels, counts, colours, strict=True):
        room = max(10, width - len(label) - 2)
        drawn = _bar(count * room / longest, blocks=style.blocks)
        yield f"{label}  {paint(drawn, colour, style.colour)}" if drawn else label


def _bar(length: float, *, blocks: bool) -> str:
    """A bar of so many columns; one that is not nothing shows."""
    if not length:
        return ""
    if not blocks:
        return "#" * max(1, round(length))
    whole, eighths = divmod(max(1, round(length * 8)), 8)
    return ("█" * whole + _EIGHTHS[eighths]).rstrip()


def _aligned(rows: Sequence[Sequence[str]], *, left: int = 1) -> list[str]:
    """Lines of equal width: so many columns to the left, those behind them to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if at < left else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
