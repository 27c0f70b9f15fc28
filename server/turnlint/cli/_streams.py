"""Where output goes, and what can go wrong there. Loads next to nothing: every start needs it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` takes longer to load than all that is needed to print the version
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["Output", "OutputError", "UsageError", "abandon_output", "say"]


class UsageError(Exception):
    """The program was asked for something it cannot do; the message is for the user."""


class OutputError(Exception):
    """Output cannot be written; the message is for the user."""


class Output:
    """A stream of text for results: standard output, or a file."""

    def __init__(self, path: str | None = None) -> None:
        """Open the file at `path` anew, or take standard output. Raises OutputError."""
        self.name = "standard output" if path is None else path or "a file without a name"
        self._stream: TextIO | None = _standard_output() if path is None else self._open(path)

    def is_terminal(self) -> bool:
        """Whether people see the output as it comes."""
        return self._stream is not None and self._stream.isatty()

    @property
    def encoding(self) -> str:
        """The encoding of the stream in lower case; empty where there is none."""
        return (getattr(self._stream, "encoding", "") or "").lower()

    def write(self, text: str) -> None:
        """Write text; raises BrokenPipeError when nobody reads on, else OutputError."""
        if self._stream is None:
            raise OutputError(f"cannot write to {self.name}: it is closed")
        try:
            self._stream.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failure(error) from None

    def finish(self) -> None:
        """Hand everything over to the system; raises as `write`."""
        try:
            if self._stream is not None:
                self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failure(error) from None

    def _open(self, path: str) -> TextIO:
        try:
            return open(path, "w", encoding="utf-8", errors="replace", newline="\n")  # noqa: PTH123
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write to {self.name}: {error.strerror}")


def say(text: str) -> None:
    """Tell the user something that is no result. Never fails."""
    if sys.stderr is not None:
        shown = "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)
        try:  # noqa: SIM105 - contextlib takes long to load
            print(shown, file=sys.stderr, flush=True)
        except OSError:
            pass


def abandon_output() -> None:
    """Let what was not written yet go nowhere, so that the interpreter does not complain of it at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else nowhere)
    except (OSError, ValueError):
        pass


def _standard_output() -> TextIO | None:
    stream: TextIO | None = sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is not None and reconfigure is not None:
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return stream
