"""The server: its open documents and what all requests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

import turnlint
from turnlint.lsp import commands, features
from turnlint.lsp.document import Document
from turnlint.lsp.protocol import Protocol
from turnlint.lsp.session import Session
from turnlint.lsp.settings import ClientSettings
from turnlint.lsp.view import RowView
from turnlint.model import Settings

__all__ = ["Server"]

logger = logging.getLogger(__name__)


class Server(LanguageServer):
    """Serves one client. Its requests and commands are the modules of `features` and `commands`."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "turnlint",
            turnlint.__version__,
            types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.settings = ClientSettings(self._show)
        self._sessions: dict[str, Session] = {}
        for one in _modules(features):
            self.feature(one.METHOD, getattr(one, "OPTIONS", None))(partial(one.handle, self))
        for one in _modules(commands):
            self.command(one.NAME)(partial(one.handle, self))

    def settings_of(self, path: Path | None) -> Settings:
        """The settings of a document; `path` is None where it is no local file."""
        return self.settings.of(path)

    def open(self, uri: str) -> None:
        """Begin to follow a document that the client has opened."""
        document = self.workspace.get_text_document(uri)
        self.close_document(uri)
        if isinstance(document, Document):
            self._sessions[uri] = Session(self, document)

    def session(self, uri: str) -> Session | None:
        """The session of an open document."""
        return self._sessions.get(uri)

    def row(self, uri: str, number: int) -> RowView | None:
        """A row of an open document by its 0-based line; None where there is none."""
        session = self._sessions.get(uri)
        if session is None or not 0 <= number < session.document.store.count:
            return None
        return RowView(session, number)

    def sessions(self) -> list[Session]:
        """All of them."""
        return list(self._sessions.values())

    def close_document(self, uri: str) -> None:
        """Stop following a document."""
        session = self._sessions.pop(uri, None)
        if session is not None:
            session.close()

    def close(self) -> None:
        """Stop following all documents."""
        for uri in list(self._sessions):
            self.close_document(uri)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log faults of our own; pygls would open a window in the editor each time."""
        if isinstance(error, JsonRpcInternalError):
            trace = (error.data or {}).get("traceback", ())
            logger.error("%s: %s\n%s", source.__name__, error, "".join(trace))

    def _show(self, words: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, words))


def _modules(package: ModuleType) -> Iterator[Any]:
    return (import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__))
