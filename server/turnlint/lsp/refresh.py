"""Having the client ask again for what it shows beside the text, once that has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from pygls.capabilities import get_capability

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Refresh"]

Shown: TypeAlias = Literal["code_lens", "diagnostic", "inlay_hint"]
_CAPABILITIES: Mapping[Shown, str] = {
    "code_lens": "workspace.code_lens.refresh_support",
    "diagnostic": "workspace.diagnostics.refresh_support",
    "inlay_hint": "workspace.inlay_hint.refresh_support",
}

_IDLE_SECONDS = 0.5


class Refresh:
    """Collects what has changed, and tells the client when nothing more has for half a second."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._due: set[Shown] = set()
        self._timer: asyncio.TimerHandle | None = None

    def soon(self, *shown: Shown) -> None:
        """Have the client ask again for these in all documents, if it can be told so."""
        self._due.update(shown)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._tell)

    def _tell(self) -> None:
        server, due, self._due = self._server, sorted(self._due), set()
        if server.protocol.was_shut_down:
            return
        for shown in due:
            if get_capability(server.client_capabilities, _CAPABILITIES[shown], False):
                getattr(server, f"workspace_{shown}_refresh")(None)
