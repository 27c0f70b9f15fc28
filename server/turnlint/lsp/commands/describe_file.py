"""Describe an open document in few words: what it is, who judges it, and how many findings there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from turnlint.lsp.commands.choices import Named, named
from turnlint.model import Severity

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.describeFile"


class Described(TypedDict):
    """What a status line says of a document."""

    summary: str
    """All of it in a line, as the code lens has it."""
    format: Named | None
    """None where it is not known."""
    jsonl: bool
    """False where rows are not judged one by one."""
    target: str
    """As the settings name it, with its model if they name one."""
    targetTitle: str
    """Whose rules judge the rows: where no target is named, the home of their format."""
    assumed: bool
    """No target is named."""
    rows: int
    settled: bool
    """All rows are judged."""
    counts: dict[str, int]
    """How many findings of each severity there are, shown or not."""
    tokens: str | None
    """What is known of the tokens of all rows: they are counted once the client has asked for the lens."""
    settings: str | None
    """The path of the settings file that holds for the document."""


def handle(server: Server, uri: str) -> Described | None:
    """Describe a document by what is known now, without going over its rows; None where it is not open.

    The client is told by `turnlint/descriptionRefresh` to ask again when that has changed.
    """
    session = server.session(uri)
    if session is None:
        return None
    server.refresh.asked.add("description")
    summary, settings = session.sum_up(), session.settings
    return {
        "summary": str(summary),
        "format": named(session.format) if session.format else None,
        "jsonl": summary.recognised is None or summary.recognised.jsonl,
        "target": settings.target,
        "targetTitle": settings.target_title,
        "assumed": settings.target.partition(":")[0] == "generic",
        "rows": summary.rows,
        "settled": summary.settled,
        "counts": {one.word: summary.counts[one] for one in sorted(Severity, reverse=True)},
        "tokens": str(summary.tokens) if summary.tokens else None,
        "settings": str(session.settings_file) if session.settings_file else None,
    }
