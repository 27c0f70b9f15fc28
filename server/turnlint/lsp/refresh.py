"""Having the client ask again for what it shows beside the text, once that has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from pygls.capabilities import get_capability

from turnlint.lsp.protocol import dump

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Refresh"]

Shown: TypeAlias = Literal["code_lens", "description", "diagnostic", "inlay_hint", "row"]
_CAPABILITIES: Mapping[Shown, str] = {
    "code_lens": "workspace.code_lens.refresh_support",
    "diagnostic": "workspace.diagnostics.refresh_support",
    "inlay_hint": "workspace.inlay_hint.refresh_support",
}
_OF_OURS: Mapping[Shown, str] = {"description": "turnlint/descriptionRefresh", "row": "turnlint/rowRefresh"}
"""What commands of ours give. LSP has no request for it, so that is a notification of our own."""

_IDLE_SECONDS = 0.5


class Refresh:
    """Collects what has changed, and tells the client when nothing more has for half a second."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.asked: set[Shown] = set()
        """What the client has asked for by commands of ours: it knows the notification."""
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
            if shown in _OF_OURS:
                self._notify(shown)
            elif get_capability(server.client_capabilities, _CAPABILITIES[shown], False):
                getattr(server, f"workspace_{shown}_refresh")(None)

    def _notify(self, shown: Shown) -> None:
        if shown in self.asked:
            self._server.protocol.send_body(b'{"jsonrpc":"2.0","method":%b}' % dump(_OF_OURS[shown]))
