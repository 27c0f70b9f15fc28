"""The client asks what can be typed at a position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.engine.completion import OfferKind, Proposals, propose
from turnlint.formats import VARIANT, Format, all_formats, detect
from turnlint.lsp.document import BLANKS
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView
from turnlint.text.label import snippet as label_of
from turnlint.text.sketch import plain, snippet

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_COMPLETION
OPTIONS = types.CompletionOptions(trigger_characters=['"', "{", "[", ",", ":"])
"""Not a blank: what may follow a colon was shown when that was typed."""

_ITEM = "text_document.completion.completion_item"
_KINDS: dict[OfferKind, types.CompletionItemKind] = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
    "tool": types.CompletionItemKind.Function,
    "reference": types.CompletionItemKind.Reference,
    "skeleton": types.CompletionItemKind.Snippet,
}
"""Of those that clients know who name none."""
_BUSY = 100_000
"""A row of more quotes takes too long to read at each key."""
_LABEL = 80
_DESCRIPTION = 600
"""So many code points of a name and of a description are shown."""
_NEIGHBOURS = 20
"""So many lines on either side tell what a document of unknown format holds."""


async def handle(server: Server, params: types.CompletionParams) -> types.CompletionList | None:
    """Give what can be typed: keys, values, names and skeletons, the likeliest first."""
    session = server.session(params.text_document.uri)
    if session is not None:
        await session.known()
    row = server.row(params.text_document.uri, params.position.line)
    if row is None or row.is_long or row.text.count('"') > _BUSY:
        return None
    able = get_capability(server.client_capabilities, _ITEM) or types.ClientCompletionItemOptions()
    # Who knows of replacing what stands behind the cursor at all is the one who does it.
    ask = partial(propose, overwrites=bool(able.insert_replace_support))
    column, formats, settings = row.column(params.position), _formats(row), row.session.settings
    proposals = await Pace(row.document).work(row.text, partial(ask, row.text, column, formats, settings))
    if proposals is None:
        return None
    return types.CompletionList(False, list(_items(proposals, row, snippets=bool(able.snippet_support))))


def _formats(row: RowView) -> Sequence[Format]:
    """The format of a row or of the one beside it; where there is no other row, all that the target takes.

    Where no target is named, all that a row tells by itself.
    """
    if row.format is not None:
        return (row.format,)
    beside = _beside(row)
    settings = row.session.settings
    if beside is not None:
        found = None if beside.is_long else detect(beside.value, settings.stage, settings.formats)
        return (found,) if found else ()
    meant = reversed(all_formats())  # what is recognised last is the most common
    return [
        one
        for one in meant
        if settings.stage in (None, one.stage)
        and (one.name in settings.formats if settings.formats else one.rank < VARIANT)
    ]


def _beside(row: RowView) -> RowView | None:
    """The nearest row that is not blank, above if there is one."""
    store, number = row.document.store, row.number
    above = range(number - 1, max(number - _NEIGHBOURS, 0) - 1, -1)
    below = range(number + 1, min(number + _NEIGHBOURS, store.count))
    numbers = (one for one in chain(above, below) if store.line(one).text.strip(BLANKS))
    return next((RowView(row.session, one) for one in numbers), None)


def _items(proposals: Proposals, row: RowView, *, snippets: bool) -> Iterator[types.CompletionItem]:
    """Each proposal as an item whose filter text begins with what it replaces, which is how editors match."""
    range_ = row.range(proposals.span)
    written, style = (
        (snippet, types.InsertTextFormat.Snippet) if snippets else (plain, types.InsertTextFormat.PlainText)
    )
    for at, one in enumerate(proposals.items):
        label = label_of(one.label, _LABEL) or '""'
        yield types.CompletionItem(
            label,
            kind=_KINDS[one.kind],
            detail=label_of(one.detail, _LABEL) or None,
            documentation=label_of(one.description, _DESCRIPTION) or None,
            sort_text=f"{at:04}",
            filter_text=proposals.opening + label,
            insert_text_format=style,
            text_edit=types.TextEdit(range_, written(one.sketch)),
        )
