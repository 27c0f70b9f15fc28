"""The code actions: one file per kind, found by itself.

A module has `RANK`, the order of what it offers among the others, and `offers(asked)`. Where its offers leave
their edits for later, it has `async edits(session, pace, later)` too.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from lsprotocol import types
from msgspec import Struct

from turnlint.lsp.edits import Changes
from turnlint.lsp.session import Session
from turnlint.lsp.view import RowView
from turnlint.model import Finding
from turnlint.modules import modules_of

__all__ = ["QUICK_FIX", "Asked", "AskedRow", "Later", "Offer", "Touched", "all_actions"]

QUICK_FIX = types.CodeActionKind.QuickFix.value


class Touched(Struct, frozen=True):
    """A finding in the range that is asked about."""

    finding: Finding
    changes: Changes
    """What its fix does to the row; empty where it has none."""
    diagnostics: tuple[types.Diagnostic, ...]
    """What the client knows it by: empty where that is out of date."""


class AskedRow(Struct, frozen=True):
    """A row in the range, as it is now."""

    view: RowView
    findings: tuple[Finding, ...]
    """All of the row."""
    touched: tuple[Touched, ...]


class Asked(Struct, frozen=True):
    """What the client asks actions for."""

    session: Session
    rows: tuple[AskedRow, ...]
    """At least one."""
    diagnostics: tuple[types.Diagnostic, ...]
    of_file: bool
    """Findings about the file as a whole are meant, too."""
    by_hand: bool
    """The user has asked, not the editor by itself."""

    def known_as(self, rule: str, number: int) -> tuple[types.Diagnostic, ...]:
        """The diagnostics of the client that are about a rule and a line."""
        return tuple(one for one in self.diagnostics if one.code == rule and one.range.start.line == number)


class Later(Struct, frozen=True, omit_defaults=True):
    """How to find the edits of an action once the user has chosen it: the `data` of the action."""

    action: str
    """The name of the module."""
    uri: str
    version: int | None
    rule: str | None = None
    line: int | None = None


class Offer(Struct, frozen=True):
    """An action before it is written for the client: with edits, edits left for later, or a command."""

    title: str
    kind: str | None = None
    edits: tuple[bytes, ...] = ()
    later: Later | None = None
    command: tuple[str, list[Any]] | None = None
    diagnostics: tuple[types.Diagnostic, ...] = ()
    preferred: bool = False


@cache
def all_actions() -> dict[str, Any]:
    """The modules by name, in the order of what they offer."""
    names = modules_of(__path__)
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return dict(sorted(modules.items(), key=lambda pair: pair[1].RANK))
