"""One file per command that a client may have executed: `NAME` and `handle(server, *arguments)`.

Arguments are checked against the annotations of `handle` before it is called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["bind"]


def bind(handle: Callable[..., Any], server: Server) -> Callable[..., Any]:
    """Make what pygls calls with the arguments as the client sent them."""
    hints = get_type_hints(handle, localns={"Server": type(server)})
    kinds = [hints[name] for name in list(inspect.signature(handle).parameters)[1:]]

    def checked(arguments: tuple[Any, ...]) -> list[Any]:
        if len(arguments) != len(kinds):
            raise JsonRpcInvalidParams(f"expected {len(kinds)} arguments, got {len(arguments)}")
        try:
            return [msgspec.convert(one, kind) for one, kind in zip(arguments, kinds, strict=True)]
        except msgspec.ValidationError as error:
            raise JsonRpcInvalidParams(str(error)) from None

    def run(*arguments: Any) -> Any:
        return handle(server, *checked(arguments))

    async def run_async(*arguments: Any) -> Any:
        return await handle(server, *checked(arguments))

    return run_async if inspect.iscoroutinefunction(handle) else run
