"""Long requests in slices, between which the client is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from turnlint.lsp.document import Document

__all__ = ["SLICE_SECONDS", "Pace"]

SLICE_SECONDS = 0.008
"""So long may work keep the event loop to itself."""
_T = TypeVar("_T")


class Pace:
    """Paces one request about one document.

    `async def` handlers call `breathe` after each small step of their own, and have `work` do the steps that
    take the longer, the longer a row is.
    """

    LONG_ROW = 1 << 13
    """Reading a row of so many code points may take longer than a slice, if there is little text in it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._version = document.version
        self._end = perf_counter() + SLICE_SECONDS

    async def breathe(self) -> None:
        """Let others run if a slice is used up.

        Raises JsonRpcException (ContentModified) if the document was edited meanwhile, and CancelledError if
        the client wants the answer no more.
        """
        if perf_counter() >= self._end:
            await asyncio.sleep(0)
            self._go_on()

    async def all(self, items: Iterable[_T]) -> list[_T]:
        """Take items that are made one by one. Raises as `breathe` does."""
        found = []
        for item in items:
            found.append(item)
            await self.breathe()
        return found

    async def work(self, text: str, do: Callable[[], _T]) -> _T:
        """Do what takes the longer, the longer a row is: for a long one `aside`."""
        return do() if len(text) < self.LONG_ROW else await self.aside(do)

    async def aside(self, do: Callable[[], _T]) -> _T:
        """Do something in a thread. Raises as `breathe` does.

        It must depend on nothing that changes with the document.
        """
        return await self.wait(asyncio.to_thread(do))

    async def wait(self, what: Awaitable[_T]) -> _T:
        """Wait for something that others do. Raises as `breathe` does."""
        done = await what
        self._go_on()
        return done

    def _go_on(self) -> None:
        if self._document.version != self._version:
            raise JsonRpcException("the document was edited meanwhile", types.LSPErrorCodes.ContentModified)
        self._end = perf_counter() + SLICE_SECONDS
