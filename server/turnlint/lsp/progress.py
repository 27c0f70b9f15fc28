"""Work-done progress: for work that a user would wonder about, where the client shows it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from turnlint.text.markdown import visible

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Progress"]

_PAUSE_SECONDS = 0.1


class Progress:
    """One piece of work of known size, a context manager that ends with it, whatever ends that.

    Nothing waits for the client.
    """

    def __init__(
        self, server: Server, title: str, total: int, stop: Callable[[], object] | None = None
    ) -> None:
        """Show it from now on, if the client can. `total` is in the units of `report`.

        `stop` is called once the user wants no more of it; without it, the user cannot say so.
        """
        self._server = server
        self._total = max(total, 1)
        self._stop = stop
        self._next = 0.0
        self._share = 0
        self._token = str(uuid4())
        self._begun = self._ended = False
        if get_capability(server.client_capabilities, "window.work_done_progress", False):
            server.background(self._begin(visible(title)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    async def _begin(self, title: str) -> None:
        try:
            await self._server.work_done_progress.create_async(self._token)
        except JsonRpcException:
            return
        if self._ended:
            self._forget()
        else:
            self._begun = True
            begin = types.WorkDoneProgressBegin(title=title, percentage=0, cancellable=self._stop is not None)
            self._server.work_done_progress.tokens[self._token].add_done_callback(self._cancelled)
            self._server.work_done_progress.begin(self._token, begin)

    def _cancelled(self, _: object) -> None:
        """The client wants no more of it: pygls cancels the token, and does nothing else with it."""
        if self._stop is not None and not self._ended:
            self._stop()

    def report(self, done: int) -> None:
        """Tell how much is done, ten times a second at most."""
        now, share = monotonic(), min(100 * done // self._total, 100)
        if self._begun and now > self._next and share > self._share:
            self._next, self._share = now + _PAUSE_SECONDS, share
            part = types.WorkDoneProgressReport(percentage=share)
            self._server.work_done_progress.report(self._token, part)

    def _end(self) -> None:
        self._ended = True
        if self._begun:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
            self._forget()

    def _forget(self) -> None:
        """Have pygls keep no more of it."""
        self._server.work_done_progress.tokens.pop(self._token, None)
