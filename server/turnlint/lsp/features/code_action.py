"""The client asks what can be done about a range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types
from orjson import Fragment
from pygls.capabilities import get_capability

from turnlint.lsp.actions import QUICK_FIX, Asked, AskedRow, Offer, Touched, all_actions
from turnlint.lsp.actions.fix_all import KIND
from turnlint.lsp.edits import workspace_edit
from turnlint.lsp.pace import Pace
from turnlint.lsp.protocol import Written, dump
from turnlint.lsp.render import SOURCE
from turnlint.lsp.session import Session
from turnlint.lsp.view import RowView
from turnlint.model import Finding
from turnlint.text.scan import fix_spans

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_CODE_ACTION
OPTIONS = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, KIND], resolve_provider=True)

_MOST_ROWS = 200
"""Of a wide range, so many rows are looked at."""


async def handle(server: Server, params: types.CodeActionParams) -> Written | None:
    """Give what the actions offer for the rows as they are now, in the order of their ranks."""
    session = server.session(params.text_document.uri)
    if session is None:
        return None
    pace = Pace(session.document)
    asked = await _Asking(session, params, pace).asked()
    if asked is None:
        return None
    writer = _Writer(server, session, pace)
    written: list[bytes] = []
    for action in all_actions().values():
        for offer in action.offers(asked):
            if _is_wanted(offer.kind, params.context.only):
                written += await writer.write(offer)
            await pace.breathe()
    return Written(b"[%b]" % b",".join(written))


def _is_wanted(kind: str | None, only: Sequence[str] | None) -> bool:
    """Whether the client wants actions of a kind: of those that it names, or of kinds below them."""
    if not only or "" in only:
        return True
    return kind is not None and any(f"{kind}.".startswith(f"{one}.") for one in only)


class _Asking:
    """Finds out what there is in a range."""

    def __init__(self, session: Session, params: types.CodeActionParams, pace: Pace) -> None:
        self._session = session
        self._start, self._end = params.range.start, params.range.end
        self._pace = pace
        self._by_hand = params.context.trigger_kind != types.CodeActionTriggerKind.Automatic
        self._known = tuple(one for one in params.context.diagnostics if one.source == SOURCE)

    async def asked(self) -> Asked | None:
        """Look at the rows; None where there are none."""
        start, end = self._start, self._end
        last = end.line - (end.line > start.line and end.character == 0)
        last = min(last, start.line + _MOST_ROWS - 1, self._session.document.store.count - 1)
        rows = [await self._row(number) for number in range(start.line, last + 1)]
        of_file = (start.line, start.character) == (0, 0) or any(map(_is_of_file, self._known))
        return Asked(self._session, tuple(rows), self._known, of_file, self._by_hand) if rows else None

    async def _row(self, number: int) -> AskedRow:
        view = RowView(self._session, number)
        findings = view.findings
        touched = await self._pace.work(view.text, partial(self._touched, view, findings)) if findings else ()
        await self._pace.breathe()
        return AskedRow(view, tuple(findings), tuple(touched))

    def _touched(self, view: RowView, findings: Sequence[Finding]) -> list[Touched]:
        """The findings in the range, with what their fixes do."""
        ranges = view.ranges([span for _, span in view.located(findings)])
        meant: list[tuple[Finding, tuple[types.Diagnostic, ...]]] = []
        for finding, place in zip(findings, ranges, strict=True):
            known = tuple(one for one in self._known if _stands_for(one, finding, place))
            if known or (place.start <= self._end and self._start <= place.end):
                meant.append((finding, known))
        changes = fix_spans(view.text, [finding.fix for finding, _ in meant])
        pairs = zip(meant, changes, strict=True)
        return [Touched(finding, change, known) for (finding, known), change in pairs]


def _stands_for(known: types.Diagnostic, finding: Finding, place: types.Range) -> bool:
    return (known.code, known.message, known.range) == (finding.rule, finding.message, place)


def _is_of_file(known: types.Diagnostic) -> bool:
    return isinstance(known.data, dict) and bool(known.data.get("file"))


class _Writer:
    """Writes offers as the client takes them."""

    def __init__(self, server: Server, session: Session, pace: Pace) -> None:
        self._server = server
        self._session = session
        self._pace = pace
        able = get_capability(server.client_capabilities, "text_document.code_action")
        able = able or types.CodeActionClientCapabilities()
        self._literals = able.code_action_literal_support is not None
        self._preferred = bool(able.is_preferred_support)
        resolved = able.resolve_support.properties if able.resolve_support else ()
        self._waits = bool(able.data_support) and "edit" in resolved

    async def write(self, offer: Offer) -> list[bytes]:
        """Write an offer; nothing where the client cannot take it, or it would do nothing."""
        command = _command(offer)
        if not self._literals:
            return [dump(command)] if command else []
        edits: Iterable[bytes] = offer.edits
        if offer.later is not None and not self._waits:
            edits = await all_actions()[offer.later.action].edits(self._session, self._pace, offer.later)
            if not edits:
                return []
        made = {
            "title": offer.title,
            "kind": offer.kind,
            "diagnostics": self._diagnostics(offer),
            "isPreferred": self._preferred and offer.preferred,
            "edit": workspace_edit(self._server, self._session.document, edits) if edits else None,
            "command": command,
            "data": msgspec.to_builtins(offer.later) if offer.later is not None and self._waits else None,
        }
        return [dump({key: value for key, value in made.items() if value})]

    def _diagnostics(self, offer: Offer) -> Fragment | None:
        if not offer.diagnostics:
            return None
        return Fragment(dump(self._server.protocol.plain(offer.diagnostics)))


def _command(offer: Offer) -> dict[str, Any] | None:
    if offer.command is None:
        return None
    name, arguments = offer.command
    return {"title": offer.title, "command": name, "arguments": arguments}
