"""Writing a file as a whole: who reads it meanwhile sees the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from turnlint.cli._signals import end_in_order
from turnlint.cli._streams import OutputError
from turnlint.config.files import draft_path, permissions

__all__ = ["WholeFile"]


class WholeFile:
    """A file that is to be written at the end of some work; that it cannot be is known at its beginning.

    Use it as a context, so that nothing is left where the work ends early.
    """

    def __init__(self, name: str, *, replaces: bool = True) -> None:
        """`replaces` says that it may take the place of another one, even of one that comes meanwhile.

        Raises OutputError, for a link or what is no file, too.
        """
        end_in_order()
        self._replaces = replaces
        self._name = name or "a file without a name"
        self._path = Path(name)
        with self._told():
            mode = permissions(self._path)
            self._draft = draft_path(self._path.parent)
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
        """Write more of it, in UTF-8. Raises OutputError."""
        with self._told():
            self._stream.write(text)

    def finish(self) -> None:
        """Have it take the place of the old one. Raises OutputError."""
        with self._told(), self._stream as stream:
            stream.flush()
            os.fsync(stream.fileno())
        with self._told():
            if self._replaces:
                self._draft.replace(self._path)
            else:
                _name_anew(self._draft, self._path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise OutputError(f"cannot write to {self._name}: {reason}") from None


def _name_anew(draft: Path, path: Path) -> None:
    """Give a file a second name that no other file has. Raises FileExistsError, and OSError."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # the file system knows one name a file
        with path.open("xb") as file:
            file.write(draft.read_bytes())
