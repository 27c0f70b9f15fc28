"""Where output goes, and what can go wrong there. Loads next to nothing: every start needs it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` takes longer to load than all that is needed to print the version
if TYPE_CHECKING:
    from typing import Literal, TextIO

__all__ = [
    "Output",
    "OutputError",
    "Terminated",
    "UsageError",
    "abandon_output",
    "complain",
    "harmless",
    "say",
]


class UsageError(Exception):
    """The program was asked for something it cannot do; the message is for the user."""


class OutputError(Exception):
    """Output cannot be written; the message is for the user."""


class Terminated(KeyboardInterrupt):
    """The system asks the program to end; the argument is the number of the signal."""


class Output:
    """A stream of text for results: standard output, or a file."""

    lasts = False
    """Where nobody reads on, there is other work to end: what is written from then on goes nowhere."""

    def __init__(self, path: str | None = None, *, append: bool = False, beside: bool = False) -> None:
        """Open the file at `path`, anew or at its end; or take standard output, or what is `beside` it.

        Raises OutputError.
        """
        self._stream: TextIO | None
        if path is not None:
            self.name = path or "a file without a name"
            self._stream = self._open(path, append)
        elif beside:
            self.name, self._stream = "standard error", _standard(sys.stderr)
        else:
            self.name, self._stream = "standard output", _standard(sys.stdout)

    def is_terminal(self) -> bool:
        """Whether people see the output as it comes."""
        return self._stream is not None and self._stream.isatty()

    @property
    def encoding(self) -> str:
        """The encoding of the stream in lower case; empty where there is none."""
        return (getattr(self._stream, "encoding", "") or "").lower()

    def write(self, text: str) -> None:
        """Write text. Raises BrokenPipeError where nobody reads on, unless it `lasts`; else OutputError."""
        if self._stream is None:
            raise OutputError(f"cannot write to {self.name}: it is closed")
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            raise self._failure(error) from None

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are; raises as `write`."""
        self.finish()
        buffer = getattr(self._stream, "buffer", None)
        if buffer is None:
            self.write(data.decode("utf-8", "replace"))
            return
        try:
            buffer.write(data)
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            raise self._failure(error) from None

    def finish(self) -> None:
        """Hand everything over to the system; raises as `write`."""
        try:
            if self._stream is not None:
                self._stream.flush()
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            raise self._failure(error) from None

    def _open(self, path: str, append: bool) -> TextIO:
        try:
            mode: Literal["a", "w"] = "a" if append else "w"
            return open(path, mode, encoding="utf-8", errors="replace", newline="\n")  # noqa: PTH123
        except OSError as error:
            raise self._failure(error) from None

    def _leave(self) -> None:
        """Go on without a reader, or raise the error that is being handled."""
        if not self.lasts:
            raise
        abandon_output()

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write to {self.name}: {error.strerror}")


def say(text: str) -> None:
    """Tell the user something that is no result. Never fails."""
    if sys.stderr is not None:
        try:  # noqa: SIM105 - contextlib takes long to load
            print(harmless(text), file=sys.stderr, flush=True)
        except OSError:
            pass


def harmless(text: str) -> str:
    """Show text so that it moves no cursor, and no CI system that reads it takes a line for a command."""
    return "\n".join(map(_harmless_line, text.split("\n")))


def _harmless_line(line: str) -> str:
    shown = "".join(one if one.isprintable() else "\ufffd" for one in line).replace("##", "#♯")
    return shown.replace("::", "∷", 1) if shown.lstrip().startswith("::") else shown


def complain(message: str) -> None:
    """Tell the user what the program could not do. Never fails."""
    say(f"turnlint: {message}")


def abandon_output() -> None:
    """Let what was not written yet go nowhere, so that the interpreter does not complain of it at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else nowhere)
    except (OSError, ValueError):
        pass


def _standard(stream: TextIO | None) -> TextIO | None:
    """Have a stream of the system take any text."""
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is not None and reconfigure is not None:
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return stream
