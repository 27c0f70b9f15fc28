"""What the formats for people say alike of readiness."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.engine.readiness import Answered, Checklist, Verdict
from turnlint.report._text import visible

__all__ = ["behind", "counts", "title"]

_NAMED = 3
_COUNTED = {
    Verdict.NOT_READY: "not ready",
    Verdict.LOOK: "to look at",
    Verdict.READY: "ready",
    Verdict.NOT_KNOWN: "not known",
    Verdict.NOT_ASKED: "not asked",
}


def title(checklist: Checklist) -> str:
    """Which files it is about, made safe to print."""
    names = [visible(one.input.name) for one in checklist.evidence.files]
    if len(names) > _NAMED:
        return f"Readiness of {len(names):,} files, from {names[0]} on"
    return f"Readiness of {', '.join(names)}"


def counts(checklist: Checklist) -> str:
    """How many answers have each verdict."""
    found = ((words, checklist.count(verdict)) for verdict, words in _COUNTED.items())
    return f"{', '.join(f'{count} {words}' for words, count in found if count)}."


def behind(one: Answered) -> Iterator[str]:
    """What the rules of a question found, else which they are, and the documents behind it."""
    found = [f"{each.findings:,} {each.rule} ({each.severity.word})" for each in one.found]
    if found:
        yield f"Found: {', '.join(found)}."
    elif one.question.rules:
        yield f"Rules: {', '.join(one.question.rules)}."
    yield f"Sources: {'; '.join(one.question.sources)}."
