"""Whether what the server publishes of a text is what the engine finds in it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote

from tests.harness import Mark, Spot, by_place
from tests.lsp_client import Message, is_echo, is_of_file, unshown
from turnlint.engine import check_stream
from turnlint.lsp.recognise import LIVE_RULES
from turnlint.model import Settings
from turnlint.text.decode import row_text
from turnlint.text.units import Encoding, to_units

__all__ = ["departures", "engine_marks", "mark_of"]

_SEVERITIES = ("", "error", "warning", "info", "hint")


def mark_of(found: Message, uri: str) -> Mark:
    """Read a diagnostic; columns are in the units of the client."""
    severity, rule, message = _SEVERITIES[found["severity"]], found["code"], found["message"]
    if is_of_file(found):
        return Mark(None, 0, 0, severity, rule, words=message)
    start, end = found["range"]["start"], found["range"]["end"]
    assert start["line"] == end["line"]
    places = [one["location"] for one in found.get("relatedInformation", ())]
    related = tuple(spot for spot in (_spot(place, uri) for place in places) if spot != start["line"])
    return Mark(start["line"], start["character"], end["character"], severity, rule, related, message)


def _spot(place: Message, uri: str) -> Spot:
    """The row of a location, and its file where that is another one of the same folder."""
    line: int = place["range"]["start"]["line"]
    if place["uri"] == uri:
        return line
    folder, _, name = place["uri"].rpartition("/")
    assert folder == uri.rpartition("/")[0]
    return unquote(name), line


def engine_marks(
    text: str, settings: Settings, encoding: Encoding = "utf-32", name: str = "train.jsonl"
) -> list[Mark]:
    """What the engine finds in a text, but for what only a file on disk can tell."""
    marks = []
    for located in check_stream(io.BytesIO(text.encode()), settings, name=name):
        finding, row = located.finding, located.row
        if row is None and finding.rule not in LIVE_RULES:
            continue
        line, span = row_text(located.raw), located.span()
        start, end = (to_units(line, at, encoding) for at in (span.start, span.end)) if span else (0, 0)
        related = tuple(one.row for one in finding.related if one.row is not None)
        marks.append(Mark(row, start, end, finding.severity.word, finding.rule, related, finding.message))
    return sorted(marks, key=by_place)


def departures(diagnostics: Sequence[Message], uri: str, wanted: Sequence[Mark]) -> list[str]:
    """Say where diagnostics are not what is wanted; empty where they agree.

    Beside the findings they hold an echo on the first of several copies. Where there are more than editors
    keep, the first entry counts those that are not shown.
    """
    hidden = unshown(diagnostics)
    entries = diagnostics[bool(hidden) :]
    echoes = [one["range"]["start"]["line"] for one in entries if is_echo(one)]
    marks = [mark_of(one, uri) for one in entries if not is_echo(one)]
    found = Counter(mark for mark in marks if mark.row is not None or mark.rule in LIVE_RULES)
    missing, unexpected = Counter(wanted) - found, found - Counter(wanted)
    firsts = {mark.related[0] for mark in wanted if mark.rule == "exact-duplicate" and mark.related}
    said = [f"unexpected: {mark}" for mark in sorted(unexpected, key=by_place)]
    if hidden:
        told, total = hidden + found.total() + len(echoes), len(wanted) + len(firsts)
        said += [f"{told} findings are told of, where there are {total}"] * (told != total)
    else:
        said += [f"missing: {mark}" for mark in sorted(missing, key=by_place)]
        said += [f"echoes on {echoes}, first copies on {sorted(firsts)}"] * (sorted(echoes) != sorted(firsts))
    return said
