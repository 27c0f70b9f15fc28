"""A terminal of which the tests see the screen, and in which they press keys: tmux."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from tests.editors.programs import need

__all__ = ["Terminal"]

_COLUMNS, _LINES = 120, 30


class Terminal:
    """Runs a program in a terminal of its own, and ends it: a context manager."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="turnlint-")  # the path of a socket must be short
        self._tmux = [need("tmux"), "-S", f"{self._home.name}/socket", "-f", "/dev/null"]
        self._environment = {**environment, "TERM": "xterm-256color"}
        size = ("-x", str(_COLUMNS), "-y", str(_LINES))
        self._run("new-session", "-d", *size, "-c", str(folder), "--", *command)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shown = self._ask("list-panes", "-F", "#{pane_pid}").stdout.split()
        self._ask("kill-server")
        for one in shown:
            with suppress(ProcessLookupError):  # a Vim may outlive its terminal
                os.kill(int(one), signal.SIGKILL)
        self._home.cleanup()

    def press(self, *keys: str) -> None:
        """Press keys by their names in tmux, as `Escape`, `Enter`, `C-x`; other words are typed."""
        self._run("send-keys", *keys)

    @property
    def screen(self) -> str:
        """What stands there now, a line of text a line of the screen."""
        return self._run("capture-pane", "-p")

    def wait(self, wanted: Callable[[str], object] | str, seconds: float = 30) -> str:
        """Wait until a text stands on the screen, or what the screen is asked is true; give the screen."""
        holds = (lambda screen: wanted in screen) if isinstance(wanted, str) else wanted
        end = monotonic() + seconds
        while not holds(screen := self.screen):
            assert monotonic() < end, f"not within {seconds} seconds:\n{screen}"
            sleep(0.05)
        return screen

    def _run(self, *words: str) -> str:
        done = self._ask(*words)
        done.check_returncode()
        return done.stdout

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*self._tmux, *words]
        return subprocess.run(
            command, env=self._environment, capture_output=True, encoding="utf-8", check=False
        )
