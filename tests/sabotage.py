"""Runs `turnlint check --fix` once for each call that touches files, which fails or kills it.

`python -m tests.sabotage raise|kill FOLDER` wants a file `a.jsonl` in the folder. It prints a JSON array for
each run: exit status, what the file then holds, and what else is in the folder. The last run is not harmed.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from turnlint.cli import _fixing, _replacing, main
from turnlint.text import copying

_CALLS = ("os.rename", "os.chmod", "os.chown")
_FILES = ("os.remove", "open")
"""Calls of which those about drafts count."""


class Sabotage:
    """Counts calls, and spoils one of them."""

    def __init__(self, blow: str, number: int) -> None:
        self._blow = blow
        self._left = number
        self.is_on = True

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at what Python is about to do."""
        about_draft = event in _FILES and ".turnlint." in str(arguments[0])
        cleans = event == "os.remove" and self._blow == "raise"
        if self.is_on and (event in _CALLS or about_draft) and not cleans:
            self.step()

    def step(self) -> None:
        """Count a call, and spoil it if it is its turn."""
        self._left -= 1
        if self._left == -1:
            if self._blow == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self, draft: _replacing.Draft, data: bytes) -> None:
        """Write the first half before something may happen."""
        stream: Any = draft._stream
        try:
            stream.write(data[: len(data) // 2])
            stream.flush()
            self.step()
            stream.write(data[len(data) // 2 :])
        except OSError as error:
            with draft._told():
                raise error from None

    @property
    def harmed(self) -> bool:
        """Whether a call was spoilt."""
        return self._left < 0


def child(blow: str, number: int, folder: Path) -> int:
    """Run the program with one call spoilt; returns its exit status, or 100 where there is no such call."""
    sabotage = Sabotage(blow, number)
    os.chdir(folder)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    _replacing.Draft.write = lambda draft, data: sabotage.write(draft, data)  # type: ignore[assignment, method-assign]
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        sabotage.step()
        sync(descriptor)

    os.fsync = fsync  # type: ignore[assignment]
    _fixing._CHUNK = copying._CHUNK = 1 << 10
    sys.addaudithook(sabotage)
    status = main(["check", "--isolated", "--ignore", "too-few-examples", "--fix", "a.jsonl"])
    sabotage.is_on = False
    return status if sabotage.harmed else 100 + status


def run(blow: str, folder: Path) -> None:
    """Do it for each call in turn."""
    file = folder / "a.jsonl"
    before = file.read_bytes()
    for number in range(10_000):
        file.write_bytes(before)
        process = os.fork()
        if not process:
            status = 99
            try:
                status = child(blow, number, folder)
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        left = [one for one in folder.iterdir() if one != file]
        print(json.dumps([status, file.read_text("utf-8"), [one.name for one in left]]))
        for one in left:
            one.unlink()
        if status >= 100:
            return


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
