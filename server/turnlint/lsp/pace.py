"""Long requests in slices, between which the client is heard."""

from __future__ import annotations

import asyncio
from time import perf_counter

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from turnlint.lsp.document import Document

__all__ = ["SLICE_SECONDS", "Pace"]

SLICE_SECONDS = 0.008
"""So long may work keep the event loop to itself."""


class Pace:
    """Paces one request about one document: `async def` handlers call `breathe` after each small step."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._version = document.version
        self._end = perf_counter() + SLICE_SECONDS

    async def breathe(self) -> None:
        """Let others run if a slice is used up.

        Raises JsonRpcException (ContentModified) if the document was edited meanwhile, and CancelledError if
        the client wants the answer no more.
        """
        if perf_counter() < self._end:
            return
        await asyncio.sleep(0)
        if self._document.version != self._version:
            raise JsonRpcException("the document was edited meanwhile", types.LSPErrorCodes.ContentModified)
        self._end = perf_counter() + SLICE_SECONDS
