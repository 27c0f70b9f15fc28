"""Writing a file as a whole: who reads it meanwhile sees the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from turnlint.cli._streams import OutputError
from turnlint.config.files import permissions

__all__ = ["WholeFile"]


class WholeFile:
    """A file that is to be written at the end of some work; that it cannot be is known at its beginning.

    Use it as a context, so that nothing is left where the work ends early.
    """

    def __init__(self, name: str) -> None:
        """Raises OutputError, for a link or what is no file, too."""
        self._name = name or "a file without a name"
        self._path = Path(name)
        with self._told():
            mode = permissions(self._path)
            self._draft = self._path.with_name(f".turnlint.{os.urandom(8).hex()}")
            self._stream = self._draft.open("x", encoding="utf-8", errors="replace", newline="\n")
            if mode is not None:
                with suppress(OSError):  # on a file system that knows no permissions
                    self._draft.chmod(mode)

    def __enter__(self) -> WholeFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Take away what did not become the file."""
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._draft.unlink()

    def write(self, text: str) -> None:
        """Write the whole text in UTF-8. Raises OutputError."""
        with self._told(), self._stream as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        with self._told():
            self._draft.replace(self._path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise OutputError(f"cannot write to {self._name}: {reason}") from None
