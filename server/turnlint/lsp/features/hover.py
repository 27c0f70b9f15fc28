"""The reader points at something: what is wrong with it, what it is, and what the row says there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.lsp.lengths import Lengths
from turnlint.lsp.pace import Pace
from turnlint.lsp.things import Thing, thing_at
from turnlint.lsp.view import RowView
from turnlint.model import Finding, Severity, Span
from turnlint.rules import all_rules
from turnlint.rules.page import sections
from turnlint.text.markdown import Markdown, PlainText

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_HOVER

_FINDINGS = 5
"""So many findings of one place are told."""
_EXAMPLE = 300
"""The example of a rule is shown if it is no longer than this."""


async def handle(server: Server, params: types.HoverParams) -> types.Hover | None:
    """Tell about what stands at a position."""
    row = server.row(params.text_document.uri, params.position.line)
    recognised = row.session.recognised if row is not None else None
    if row is None or (recognised is not None and not recognised.jsonl):
        return None
    kind, style = _style(server)
    pace = Pace(row.document)
    findings, column = row.findings, row.column(params.position)
    lengths = await pace.wait(row.session.measured(row.line))
    thing = await pace.work(row.text, partial(_told, row, findings, column, style, lengths))
    return thing and types.Hover(types.MarkupContent(kind, thing.words), row.range(thing.span))


def _style(server: Server) -> tuple[types.MarkupKind, PlainText]:
    """What the client likes best: plain text where it does not say."""
    kinds = get_capability(server.client_capabilities, "text_document.hover.content_format") or ()
    if types.MarkupKind.Markdown in kinds[:1]:
        return types.MarkupKind.Markdown, Markdown()
    return types.MarkupKind.PlainText, PlainText()


def _told(
    row: RowView, findings: list[Finding], column: int, style: PlainText, lengths: Lengths | None
) -> Thing | None:
    """The findings at a column, the most severe first, then what stands there, and why it is not all."""
    located = row.located(findings)
    here = [pair for pair in located if _holds(pair[1], column, len(row.text))]
    here.sort(key=lambda pair: -pair[0].severity)
    words = [_page(one, style, alone=len(here) == 1) for one, _ in here[:_FINDINGS]]
    words += [f"… {len(here) - _FINDINGS:,} more findings here"] if len(here) > _FINDINGS else []
    spans = [span for _, span in here]
    thing = thing_at(row, column, style, lengths)
    if thing is not None:
        words.append(thing.words)
        spans.append(thing.span)
    words += [_headline(pair[0], style) for pair in located if _breaks(pair[0]) and pair not in here]
    return Thing("\n\n---\n\n".join(words), spans[0]) if spans else None


def _holds(span: Span, column: int, length: int) -> bool:
    """Whether the reader points at a span; an empty one and the end of the row count as a column."""
    return span.start <= column < span.end or column == span.start or column == span.end == length


def _breaks(finding: Finding) -> bool:
    """Whether a finding says why a row cannot be read."""
    return finding.severity == Severity.ERROR and finding.family in ("json", "encoding")


def _headline(finding: Finding, style: PlainText) -> str:
    title = style.strong(f"{finding.severity.word}: {finding.rule}")
    return f"{title}\n\n{style.prose(finding.message)}"


def _page(finding: Finding, style: PlainText, *, alone: bool) -> str:
    """A finding with the page of its rule; the example only where it is the one finding there.

    What is wrong with JSON itself is said better by the message than by an example.
    """
    page = sections(all_rules()[finding.rule].page)
    parts = [_headline(finding, style)]
    if finding.fix is not None:
        warning = "" if finding.fix.safe else " It may change the meaning."
        how = style.code("turnlint check --fix") if finding.fix.rewrite else "Quick fix"
        parts.append(f"{how}: {style.prose(finding.fix.message)}.{warning}")
    parts.append(
        style.prose(" ".join(page.get(heading, "") for heading in ("What it does", "Why it is bad")))
    )
    instead = page.get("Use instead", "")
    if alone and 0 < len(instead) <= _EXAMPLE and not _breaks(finding):
        parts.append(f"A row without it:\n{style.block(instead, 'json')}")
    return "\n\n".join(parts)
