"""pygls' protocol with its private hooks put right. pygls is pinned to 2.1 for their sake:

- `LanguageServerProtocol.lsp_initialize` names its workspace class outright; ours makes line documents.
- `Workspace._create_text_document` is where a workspace makes its documents.
- `JsonRPCProtocol._send_data` writes by json and cattrs, seven times slower than orjson, and logs it all.
- `JsonRPCProtocol._execute_handler` keeps, for good, what came of each notification, and lets commands go on
  that the client has cancelled.
- `JsonRPCProtocol._request_futures` is where it keeps that.
- `JsonRPCProtocol._send_response` converts every result, those too that are JSON already.
- `JsonRPCProtocol._shutdown` tells whether the client asked for the end, which decides the exit status.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import orjson
from lsprotocol import types
from msgspec import Struct
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.workspace import TextDocument, Workspace

from turnlint.lsp.document import Document

if TYPE_CHECKING:
    from cattrs import Converter

    from turnlint.lsp.server import Server

__all__ = ["Protocol", "Written", "decode_message", "dump"]

logger = logging.getLogger(__name__)

_PARSE_ERROR = -32700
_INVALID_REQUEST = -32600
_INVALID_PARAMS = -32602
_NOT_INITIALIZED = -32002
_CANCELLED = -32800


class Written(Struct, frozen=True):
    """A result that a handler has written as JSON itself, since converting it would take long."""

    body: bytes


class _NoJson:
    """Stands for a message that could not be read."""


NO_JSON = _NoJson()


def decode_message(body: bytes) -> Any:
    """Read the body of a message; `NO_JSON` where it is none.

    Halves of surrogate pairs and bytes that are not UTF-8 come from buffers that hold them. Dropping the
    message would drop the document, so they pass, each bad byte as one lone surrogate.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return NO_JSON


def dump(value: Any) -> bytes:
    """Write JSON, escaped to ASCII where a string holds a lone surrogate."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


class Protocol(LanguageServerProtocol):
    """Reads messages defensively, keeps the order of the life cycle, and writes fast."""

    _server: Server

    def __init__(self, server: Server, converter: Converter) -> None:
        super().__init__(server, converter)
        self.on_end: Callable[[], None] = lambda: None
        """Called when the client has sent `exit`, or does not take what is written."""
        self._withdrawn: set[int | str] = set()
        """Requests that the client has cancelled while they wait for their turn."""

    @property
    def was_shut_down(self) -> bool:
        """The client has asked for the end, as LSP wants before `exit`."""
        return self._shutdown

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Let pygls answer, then put the workspace of line documents in place of its own."""
        _name_encoding(params)
        result = yield from super().lsp_initialize(params)
        stock = self.workspace
        self._workspace = _LineWorkspace(
            stock.root_uri,
            types.TextDocumentSyncKind.Incremental,
            list(stock.folders.values()),
            stock.position_encoding,
        )
        if not self._server.settings.options.pull_diagnostics:
            result.capabilities.diagnostic_provider = None
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Cancel what goes on, then let pygls do so: some of that leaves the table which it goes through."""
        current = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != current:
                future.cancel()
        yield from super().lsp_shutdown(*args)

    def _execute_handler(self, msg_id: Any, *args: Any, **kwargs: Any) -> None:
        """Let pygls run a handler, and forget it when it is done: it would keep those of notifications.

        Where this is part of a request, which pygls runs in a handler of its own, it ends with that.
        """
        super()._execute_handler(msg_id, *args, **kwargs)
        future = self._request_futures.get(msg_id)
        if future is None:
            return
        whole = getattr(kwargs.get("callback"), "keywords", {}).get("result_future")
        if whole is not None:
            whole.add_done_callback(lambda one: one.cancelled() and future.cancel())
        # Not at once: `shutdown` cancels all of them in a loop over the table.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon(self._request_futures.pop, msg_id, None))

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        if isinstance(result, Written):
            self.send_body(b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (dump(msg_id), result.body))
        else:
            super()._send_response(msg_id, result, error)

    def foresee(self, message: Any) -> None:
        """Look at a message when it arrives, ahead of those that wait: called by the reader thread.

        A request that is cancelled before its turn is never begun.
        """
        self._server.worker.heard()
        cancelled = _cancelled(message)
        if cancelled is not None:
            self._withdrawn.add(cancelled)

    def receive(self, message: Any) -> None:
        """Act on one decoded message. Never raises; a request is answered whatever it holds."""
        cancelled = _cancelled(message)
        if cancelled is not None:
            self._withdrawn.discard(cancelled)
        refusal = self._refusal(message)
        if refusal is not None:
            self._refuse(message, *refusal)
            return
        if self.get_message_type(message.get("method", "")) is None:
            message.setdefault("params", None)
        try:
            self.handle_message(self.structure_message(message))
        except SystemExit:
            self.on_end()
        except JsonRpcException:
            self._refuse(message, _INVALID_PARAMS, "the parameters are not those of the method")
        except Exception:
            logger.exception("a message could not be handled")

    def _refusal(self, message: Any) -> tuple[int, str] | None:
        """Why a message cannot be taken, as code and words."""
        if message is NO_JSON:
            return _PARSE_ERROR, "the message is not JSON"
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return _INVALID_REQUEST, "the message is not JSON-RPC 2.0"
        method = message.get("method", "")
        if not isinstance(method, str) or not _is_id(message.get("id", 0)):
            return _INVALID_REQUEST, "the method or the id is of the wrong type"
        if message.get("id") in self._withdrawn:
            return _CANCELLED, "the client has cancelled the request"
        if not method or method == types.EXIT:
            return None
        if self._shutdown:
            return _INVALID_REQUEST, "the server is shutting down"
        if (method == types.INITIALIZE) == (self._workspace is not None):
            if method == types.INITIALIZE:
                return _INVALID_REQUEST, "the server is initialized already"
            return _NOT_INITIALIZED, "the server is not initialized"
        return None

    def _refuse(self, message: Any, code: int, words: str) -> None:
        """Answer what must have an answer; log the rest."""
        request = not isinstance(message, dict) or ("id" in message and "method" in message)
        if not request:
            logger.warning("ignoring a message: %s", words)
            self._fail(message.get("id"))
            return
        given = message.get("id") if isinstance(message, dict) else None
        answer = {"code": code, "message": words}
        self._send_data({"jsonrpc": "2.0", "id": given if _is_id(given) else None, "error": answer})

    def _fail(self, answered: Any) -> None:
        """Have nobody wait for an answer of the client that could not be read."""
        future = self._request_futures.get(answered) if _is_id(answered) else None
        if future is not None and not future.done():
            error = types.ResponseError(_INVALID_PARAMS, "its answer makes no sense")
            self._handle_response(answered, error=error)

    def plain(self, value: Any) -> Any:
        """Make JSON values of the types of LSP."""
        return self._converter.unstructure(value)

    def _send_data(self, data: Any) -> None:
        if data:
            self.send_body(dump(data if isinstance(data, dict) else self.plain(data)))

    def send_body(self, body: bytes) -> None:
        """Send one message, written already."""
        if self.writer is None:
            return
        try:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            logger.info("the client does not listen: %s", error)
            self.on_end()


def _cancelled(message: Any) -> int | str | None:
    """The id of the request that a message cancels; None where it does no such thing."""
    if not isinstance(message, dict) or message.get("method") != types.CANCEL_REQUEST:
        return None
    params = message.get("params")
    wanted = params.get("id") if isinstance(params, dict) else None
    return wanted if _is_id(wanted) else None


def _is_id(value: Any) -> bool:
    return type(value) in (int, str)


def _name_encoding(params: types.InitializeParams) -> None:
    """Have pygls settle on the units of columns that an initialization option names."""
    options = params.initialization_options
    named = options.get("positionEncoding") if isinstance(options, dict) else None
    if named in list(types.PositionEncodingKind):
        general = params.capabilities.general or types.GeneralClientCapabilities()
        general.position_encodings = [types.PositionEncodingKind(named)]
        params.capabilities.general = general


class _LineWorkspace(Workspace):
    """A workspace whose open documents are `Document`."""

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        if source is None:  # one that is not open
            return super()._create_text_document(doc_uri, source, version, language_id)
        return Document(doc_uri, source, version, language_id, self.position_codec)

    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Carry out an edit of a document, if it is open."""
        if isinstance(self.get_text_document(text_doc.uri), Document):
            super().update_text_document(text_doc, change)
