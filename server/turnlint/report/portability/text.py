"""What targets would do with files, for a terminal: a table, what is wrong in words, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from turnlint.engine.portability import Verdict
from turnlint.model import Severity
from turnlint.report import Style
from turnlint.report._text import paint, visible
from turnlint.report.portability import Fault, Judged, Standing, standings
from turnlint.rules import EFFECTS
from turnlint.text.label import counted

__all__ = ["render"]

_WIDEST = 80
"""Columns that a line takes at most."""
_SHOWN = 3
"""So many faults of a target are told,"""
_COMMANDS = 10
"""and so many commands that help."""
_COLOURS = {Verdict.ACCEPTED: "ready", Verdict.DEGRADED: "warning", Verdict.REFUSED: "error"}
_EFFECTS = [words.removeprefix("{target} ") for words, _ in EFFECTS.values() if words]
"""What a target does with a fault, whoever says it: it may be the one that it extends."""
_UNKNOWN = {Severity.ERROR: "an error", Severity.WARNING: "a warning"}
"""What is said of a fault where it is not known what the target does."""
_INDENT = "    "


def render(files: Sequence[Judged], style: Style) -> Iterator[str]:
    """Write one table for all files; yields pieces of text."""
    found = standings(files)
    if not found:
        return
    yield "".join(f"{line}\n" for line in _lines(files, found, style))


def _lines(files: Sequence[Judged], found: Sequence[Standing], style: Style) -> Iterator[str]:
    width = min(style.width, _WIDEST)
    name = files[0].name if len(files) == 1 else counted(len(files), "file")
    rows = counted(sum(one.found.rows for one in files), "row")
    yield from _wrapped(f"{visible(name)}: {rows}", width)
    yield ""
    yield from _table(found, len(files) == 1, width, style)
    words = list(_words(found))
    if words:
        yield from ("", paint("What is wrong", "bold", style.colour))
        for text in words:
            yield from _wrapped(text, width, "  ", _INDENT)
    commands = list(_commands(found))
    if commands:
        yield from ("", paint("What helps", "bold", style.colour))
        for command, names in commands[:_COMMANDS]:
            yield f"  {visible(command)}"
            yield from _wrapped(f"for {names}", width, _INDENT, _INDENT)
        if len(commands) > _COMMANDS:
            yield f"  and {len(commands) - _COMMANDS:,} more: --output-format json has all"


def _table(found: Sequence[Standing], is_one: bool, width: int, style: Style) -> Iterator[str]:
    names = max(len(one.name) for one in found)
    verdicts = max(len(one.word) for one in Verdict)
    for one in found:
        indent = " " * (names + verdicts + 4)
        cells = [
            line for text in _cells(one, is_one) for line in _wrapped(text, width, indent, f"{indent}  ")
        ]
        verdict = paint(one.verdict.word.ljust(verdicts), _COLOURS[one.verdict], style.colour)
        first, *more = [cell.removeprefix(indent) for cell in cells[:1]] + cells[1:] or [""]
        yield f"{one.name:<{names}}  {verdict}  {first}".rstrip()
        yield from more


def _cells(one: Standing, is_one: bool) -> Iterator[str]:
    """What is to be said of a target, each on a line of its own."""
    if not one.faults and one.format and is_one:
        yield f"as {one.format}"
    for fault in one.faults[:_SHOWN]:
        yield _counted(fault, is_one)
    more = f"and {len(one.faults) - _SHOWN} more" if len(one.faults) > _SHOWN else ""
    rows, end = (one.refused, "refused") if one.verdict is Verdict.REFUSED else (one.degraded, "in all")
    total = f"{counted(rows, 'row')} {end}" if rows and len(one.faults) > 1 else ""
    yield "; ".join(filter(None, (more, total)))
    if one.limited is not None:
        yield f"({one.limited.words})"


def _counted(fault: Fault, is_one: bool) -> str:
    """How many rows a rule is about, and where the first one is."""
    reason = fault.reason
    if fault.files:
        what = "the file" if is_one else counted(fault.files, "file")
        what += f" and {counted(fault.rows, 'row')}" if fault.rows else ""
    else:
        what = counted(fault.rows, "row")
    if reason.first is None:
        where = "" if is_one else f" ({visible(fault.file)})"
    else:
        row = reason.first + 1
        where = f" (row {row:,})" if is_one else f" ({visible(fault.file)}:{row})"
    return f"{what}: {reason.rule}{where}"


def _words(found: Iterable[Standing]) -> Iterator[str]:
    """What is wrong, in the words of each rule, with the targets that mind and what they do."""
    minding: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in found:
        for fault in one.faults[:_SHOWN]:
            reason = fault.reason
            does = next(filter(reason.effect.endswith, _EFFECTS), "") or _UNKNOWN[reason.severity]
            minding.setdefault((reason.rule, reason.message), {}).setdefault(does, []).append(one.name)
    for (rule, message), effects in minding.items():
        said = "; ".join(f"{does} ({', '.join(names)})" for does, names in effects.items())
        yield f"{rule}: {visible(message)} {said[:1].upper()}{said[1:]}."


def _commands(found: Iterable[Standing]) -> Iterator[tuple[str, str]]:
    """What can be typed, with the targets that it is for."""
    helped: dict[str, list[str]] = {}
    for one in found:
        for command in one.commands:
            helped.setdefault(command, []).append(one.name)
    for command, names in helped.items():
        yield command, ", ".join(names)


def _wrapped(text: str, width: int, indent: str = "", behind: str = "") -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=behind,
        break_long_words=False,
        break_on_hyphens=False,
    )
