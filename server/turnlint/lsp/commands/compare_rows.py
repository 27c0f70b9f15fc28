"""Show a row beside the one that a finding compares it with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypedDict

import msgspec
from lsprotocol import types
from msgspec import Struct
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from turnlint.lsp.document import row_text
from turnlint.lsp.layout import laid_out, show
from turnlint.lsp.others import others
from turnlint.lsp.pace import Pace
from turnlint.lsp.recognise import name_of
from turnlint.text.differences import unified
from turnlint.text.label import snippet
from turnlint.text.pretty import unfolded

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.compareRows"

_NAME = 120
"""Code points of the name of a file."""


class Shown(TypedDict):
    """A row as it is to be shown."""

    name: str
    text: str


class Compared(TypedDict):
    """Two rows to be shown beside each other."""

    left: Shown
    right: Shown


async def handle(server: Server, uri: str, line: int, rule: str) -> Compared:
    """Lay out the row on a 0-based line of an open document, and the one that a finding compares it with.

    `rule` is that of the finding. The other row, on the left, may be one of another file. A client that does
    not show them itself is shown how they differ. Raises JsonRpcException where there is nothing to show.
    """
    row = server.row(uri, line)
    if row is None:
        raise JsonRpcInvalidParams(f"line {line} is no row of an open document")
    named = (others(row.session, finding) for finding in row.findings if finding.rule == rule)
    other = next((found[0] for found in named if found), None)
    if other is None:
        raise _failure("there is no such finding any more")
    pace, here = Pace(row.document), row.text
    try:
        there = row_text(await other.line(pace))
    except (OSError, LookupError):
        raise _failure(f"{other.words} has changed or is gone") from None
    left = await _shown(other.uri, other.row, there, pace)
    right = await _shown(uri, line, here, pace)
    if not _is_shown_by_client(server):
        differences = unified(left["text"], right["text"], left["name"], right["name"])
        lines: list[str] = await pace.aside(partial(list, differences))
        show(server, uri, f"{right['name']}, {left['name']}.diff", "\n".join(lines))
    return {"left": left, "right": right}


async def _shown(uri: str, number: int, text: str, pace: Pace) -> Shown:
    name = f"{snippet(name_of(uri), _NAME)} row {number + 1}"
    return {"name": name, "text": await laid_out(text, number, unfolded, pace)}


class _Commands(Struct, frozen=True):
    commands: tuple[str, ...] = ()


class _Experimental(Struct, frozen=True):
    commands: _Commands = _Commands()


def _is_shown_by_client(server: Server) -> bool:
    """Whether the client says, as rust-analyzer has it, that it carries out this command itself."""
    try:
        said = msgspec.convert(server.client_capabilities.experimental, _Experimental)
    except msgspec.ValidationError:
        return False
    return NAME in said.commands.commands


def _failure(words: str) -> JsonRpcException:
    return JsonRpcException(words, types.LSPErrorCodes.RequestFailed)
