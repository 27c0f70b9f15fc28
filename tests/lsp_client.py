"""A language client without a language library: it sends what it is told and waits for what it is asked.

Everything is synchronous. One server process serves many documents.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from select import select
from time import monotonic, perf_counter
from types import TracebackType
from typing import IO, Any, TypeAlias

import orjson

__all__ = [
    "COMMAND",
    "LspClient",
    "ServerGoneError",
    "codes",
    "is_echo",
    "is_of_file",
    "part",
    "patched",
    "unshown",
]

COMMAND = (sys.executable, "-m", "turnlint", "server")
Message: TypeAlias = dict[str, Any]
_MORE = re.compile(r"([\d,]+) more ")


class ServerGoneError(Exception):
    """The server has ended, or says nothing for too long."""


def patched(code: str) -> list[str]:
    """The command of a server into which some code was built."""
    return [sys.executable, "-c", f"{code}\nfrom turnlint.lsp import main\nraise SystemExit(main([]))"]


def part(line: int, start: int, end: int, text: str) -> Message:
    """A content change inside of one line."""
    places = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    return {"range": places, "text": text}


def codes(diagnostics: Sequence[Message]) -> list[tuple[int, str]]:
    """The lines and rules of diagnostics; the count of what is not shown has no rule."""
    return [(one["range"]["start"]["line"], one.get("code", "")) for one in diagnostics]


def is_echo(diagnostic: Message) -> bool:
    """It stands on the first copy of a row; the findings proper are on the later ones."""
    return bool(diagnostic.get("data", {}).get("echo"))


def is_of_file(diagnostic: Message) -> bool:
    """It is about the file as a whole, and stands on its first line for want of a better place."""
    return bool(diagnostic.get("data", {}).get("file"))


def unshown(diagnostics: Sequence[Message]) -> int:
    """How many findings are told of and not shown: the entry in front that has no rule counts them."""
    counts = (_MORE.match(one["message"]) for one in diagnostics[:1] if "code" not in one)
    return sum(int(one[1].replace(",", "")) for one in counts if one)


class LspClient:
    """A client of one server over its standard streams, and a context manager that ends it."""

    def __init__(
        self,
        encodings: Sequence[str] = ("utf-32",),
        options: Mapping[str, Any] | None = None,
        *,
        command: Sequence[str] = COMMAND,
        timeout: float = 20.0,
        initialize: bool = True,
        process_id: int | None = None,
        stderr: IO[bytes] | None = None,
        capabilities: Mapping[str, Any] | None = None,
        folders: Sequence[Path] = (),
        replies: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        """`encodings` are the position encodings by preference; by default columns are code points.

        `capabilities` are those of the client besides, `folders` those of its workspace, and `replies` what
        it answers to the requests of the server; to all others it answers null. Standard error of the server
        goes to `stderr`, or else to that of this process.
        """
        self.timeout = timeout
        self.notifications: deque[Message] = deque()
        self.answers: dict[int | str | None, Message] = {}
        """Those that came while something else was waited for, by the id of the request."""
        self.messages: list[str] = []
        """What the server wanted the user to see."""
        self.requests: list[Message] = []
        """What the server has asked."""
        self._replies = dict(replies or {})
        self.sent = self.arrived = 0.0
        """When the last message began to be written, and when the last bytes came, in `perf_counter`."""
        self._ids = 0
        self._version = 0
        self._buffer = bytearray()
        self._folders: dict[str, Path] = {}
        self._home = tempfile.TemporaryDirectory(prefix="turnlint-")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=self._home.name,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        if initialize:
            self.capabilities = self.request(
                "initialize",
                {
                    "processId": process_id or os.getpid(),
                    "rootUri": None,
                    "capabilities": {
                        "general": {"positionEncodings": list(encodings)},
                        **(capabilities or {}),
                    },
                    "workspaceFolders": [{"uri": one.as_uri(), "name": one.name} for one in folders] or None,
                    "initializationOptions": dict(options or {}),
                },
            )["capabilities"]
            self.notify("initialized", {})

    def __enter__(self) -> LspClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> int:
        """End the server as LSP wants it, if it is still there. Gives its exit status."""
        if self._in.closed:
            return self.process.wait()
        try:
            self.request("shutdown")
            self.notify("exit")
            self._in.close()
            return self.process.wait(self.timeout)
        except (ServerGoneError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            return self.process.wait()
        finally:
            self._out.close()
            self._home.cleanup()

    def diagnose(
        self, data: str | bytes, settings: Mapping[str, Any] | None = None, name: str = "train.jsonl"
    ) -> list[Message]:
        """Save a file beside a settings file with these keys of turnlint.toml, open it, and close it again.

        Gives the diagnostics that the server published. Bytes go to the disk as they are; the buffer holds
        them without byte order mark, as editors do it.
        """
        data = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        path = self._folder(settings or {}) / name
        path.write_bytes(data)
        text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        uri = path.as_uri()
        try:
            return self.show(uri, text)
        finally:
            self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            path.unlink()

    def _folder(self, settings: Mapping[str, Any]) -> Path:
        toml = "".join(f"{key} = {_toml(value)}\n" for key, value in settings.items())
        if toml not in self._folders:
            folder = Path(self._home.name, str(len(self._folders)))
            folder.mkdir()
            (folder / "turnlint.toml").write_text(toml, encoding="utf-8")
            self._folders[toml] = folder
        return self._folders[toml]

    def open(self, uri: str, text: str) -> int:
        """Open a document, with a version that no document had before; give its number."""
        self._version += 1
        item = {"uri": uri, "languageId": "jsonl", "version": self._version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return self._version

    def show(self, uri: str, text: str) -> list[Message]:
        """Open a document and wait for its first diagnostics."""
        self.open(uri, text)
        return self.published(uri, self._version)

    def shut(self, uri: str) -> list[Message]:
        """Close a document and wait for what is published last."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        return self.published(uri)

    def change(self, uri: str, *changes: Message) -> int:
        """Send content changes as one new version; give its number."""
        self._version += 1
        document = {"uri": uri, "version": self._version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        return self._version

    def published(self, uri: str, version: int | None = None) -> list[Message]:
        """Wait for diagnostics of a document, of this version if one is given."""
        end = monotonic() + self.timeout
        while True:
            message = self.notifications.popleft() if self.notifications else self.receive(end)
            params = message.get("params") or {}
            if message.get("method") == "window/showMessage":
                self.messages.append(params["message"])
            if (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and version in (None, params.get("version"))
            ):
                diagnostics: list[Message] = params["diagnostics"]
                return diagnostics

    def settle(self) -> None:
        """Wait until the server has acted on everything so far, and has published what follows from it.

        What it publishes goes onto its queue before the second of these requests is even sent.
        """
        for _ in range(2):
            self.call({"method": "turnlint/nothing", "params": None})

    def request(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result. Raises RuntimeError for an error."""
        answer = self.call({"method": method} | ({} if params is None else {"params": params}))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def call(self, message: Message) -> Message:
        """Send a request, written out but for its id, and wait for the answer."""
        return self.answer(self.ask(message))

    def ask(self, message: Message) -> int:
        """Send a request, written out but for its id; give the id."""
        self._ids += 1
        self.send({"jsonrpc": "2.0", "id": self._ids, **message})
        return self._ids

    def answer(self, wanted: int | str | None) -> Message:
        """Wait for the answer to the request with this id; what else comes is kept."""
        end = monotonic() + self.timeout
        while wanted not in self.answers:
            message = self.receive(end)
            if "method" in message:
                self.notifications.append(message)
            else:
                self.answers[message["id"]] = message
        return self.answers.pop(wanted)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send({"jsonrpc": "2.0", "method": method} | ({} if params is None else {"params": params}))

    def send(self, message: Any) -> None:
        """Send anything as a message, with halves of surrogate pairs escaped."""
        try:
            body = orjson.dumps(message)
        except TypeError:
            body = json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.sent = perf_counter()
        view = memoryview(data)
        while view:
            view = view[self._in.write(view) :]

    def receive(self, end: float) -> Message:
        """Read one message, whatever it is. Raises ServerGoneError when stream or time end."""
        header = self._until(b"\r\n\r\n", end)
        length = int(header.split(b":")[1])
        while len(self._buffer) < length:
            self._read(end)
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        try:
            message: Message = orjson.loads(body)
        except orjson.JSONDecodeError:
            message = json.loads(body)
        if "method" in message and "id" in message:
            self._reply(message)
        return message

    def _reply(self, request: Message) -> None:
        self.requests.append(request)
        answer = self._replies.get(request["method"])
        result = answer(request.get("params")) if answer else None
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def has_news(self) -> bool:
        """Something has come, or begins to come, that was not read."""
        return bool(self._buffer or select([self._out], [], [], 0)[0])

    def _until(self, mark: bytes, end: float) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            self._read(end)
        found = bytes(self._buffer[:at])
        del self._buffer[: at + len(mark)]
        return found

    def _read(self, end: float) -> None:
        ready, _, _ = select([self._out], [], [], max(0.0, end - monotonic()))
        chunk = os.read(self._out.fileno(), 1 << 20) if ready else b""
        self.arrived = perf_counter()
        if not chunk:
            raise ServerGoneError("the server has ended" if ready else "the server says nothing")
        self._buffer += chunk


def _toml(value: Any) -> str:
    """Write a value as TOML; tables in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
