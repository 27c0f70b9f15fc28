"""The server: its open documents and what all requests share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

import turnlint
from turnlint.lsp import commands, features
from turnlint.lsp.baselines import Baselines
from turnlint.lsp.disk_files import DiskFiles
from turnlint.lsp.document import Document
from turnlint.lsp.neighbours import Neighbours
from turnlint.lsp.protocol import Protocol, dump
from turnlint.lsp.recognise import path_of
from turnlint.lsp.refresh import Refresh
from turnlint.lsp.session import Session
from turnlint.lsp.settings import ClientSettings
from turnlint.lsp.view import RowView
from turnlint.lsp.worker import Worker
from turnlint.modules import modules_of
from turnlint.text.markdown import visible
from turnlint.text.units import Encoding

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
        self.client_info: types.ClientInfo | None = None
        self.begun = monotonic()
        self.worker = Worker()
        self._told: set[str] = set()
        self.settings = ClientSettings(self.warn_once)
        self.disk_files = DiskFiles(self)
        self.neighbours = Neighbours(self)
        self.baselines = Baselines(self)
        self.refresh = Refresh(self)
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for one in _modules(features):
            self.feature(one.METHOD, getattr(one, "OPTIONS", None))(partial(one.handle, self))
        for one in _modules(commands):
            self.command(one.NAME)(commands.bind(one.handle, self))

    @property
    def encoding(self) -> Encoding:
        """The units in which the client counts columns."""
        return types.PositionEncodingKind(self.workspace.position_codec.encoding).value

    @property
    def folder_uris(self) -> list[str]:
        """The folders of the workspace as the client names them. Keys of pygls are decoded, `%23` is lost."""
        return [one.uri for one in self.workspace.folders.values()]

    @property
    def folders(self) -> list[Path]:
        """The folders of the workspace that are on this machine."""
        uris = self.folder_uris or [self.workspace.root_uri or ""]
        return [path for path in map(path_of, uris) if path is not None]

    def open(self, uri: str) -> None:
        """Begin to follow a document that the client has opened."""
        document = self.workspace.get_text_document(uri)
        self.close_document(uri)
        self.disk_files.release(path_of(uri))
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

    def sessions(self, folder: Path | None = None) -> list[Session]:
        """The sessions of all open documents, or of the files below a folder."""
        every = self._sessions.values()
        return [one for one in every if folder is None or (one.path and one.path.is_relative_to(folder))]

    def reload(self, folder: Path | None = None) -> None:
        """Read settings again, and judge anew what depends on them in all documents or below a folder."""
        for session in self.sessions(folder):
            session.reload()
        self.refresh.soon("inlay_hint", "row")
        self.disk_files.reload(folder)
        self.neighbours.reload()

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside what comes from the client; what it raises is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a fault in the background", exc_info=task.exception())

    def close_document(self, uri: str) -> None:
        """Stop following a document."""
        session = self._sessions.pop(uri, None)
        if session is not None:
            self.neighbours.release(session)
            session.close()

    def close(self) -> None:
        """Stop following all documents, and whatever else goes on."""
        for task in self._tasks:
            task.cancel()
        self.disk_files.close()
        self.neighbours.close()
        for uri in list(self._sessions):
            self.close_document(uri)
        self.worker.end()

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log faults of our own; pygls would open a window in the editor each time."""
        if isinstance(error, JsonRpcInternalError):
            trace = (error.data or {}).get("traceback", ())
            logger.error("%s: %s\n%s", source.__name__, error, "".join(trace))

    def publish(self, uri: str, diagnostics: bytes, version: int | None = None) -> None:
        """Send the diagnostics of a document, which are JSON already."""
        about = b'"uri":%b' % dump(uri)
        if version is not None:
            about += b',"version":%d' % version
        self.protocol.send_body(
            b'{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{%b,"diagnostics":%b}}'
            % (about, diagnostics)
        )

    def tell(self, words: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Tell the user something. A name in it can be neither a link nor anything else that is not seen."""
        plain = visible(words).replace("](", "] (")
        self.window_show_message(types.ShowMessageParams(kind, plain))

    def tell_once(self, words: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Tell the user something, unless that was told before."""
        if words not in self._told:
            self._told.add(words)
            self.tell(words, kind)

    def warn(self, words: str) -> None:
        """Tell the user that something is not as it should be."""
        self.tell(words, types.MessageType.Warning)

    def warn_once(self, words: str) -> None:
        """Tell the user that something is not as it should be, unless that was told before."""
        self.tell_once(words, types.MessageType.Warning)


def _modules(package: ModuleType) -> Iterator[Any]:
    return (import_module(f"{package.__name__}.{name}") for name in modules_of(package.__path__))
