"""Replacing a file as a whole: whatever ends the program, there is the old file or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from turnlint.cli._signals import end_in_order
from turnlint.cli._streams import OutputError
from turnlint.config.files import draft_path, state_of

__all__ = ["Draft", "Original"]


class Draft:
    """A new file in some folder, with a name that nobody looks for. Raises OutputError where it cannot be."""

    def __init__(self, folder: Path) -> None:
        end_in_order()
        self.path = draft_path(folder)
        with self._told():
            self._stream = open(self.path, "xb", opener=_private)  # noqa: SIM115 - it stays open

    def write(self, data: bytes) -> None:
        """Write the next bytes."""
        with self._told():
            self._stream.write(data)

    def close(self) -> None:
        """End writing: from now on it can be read."""
        with self._told():
            self._stream.close()

    def discard(self) -> None:
        """Leave nothing behind. Raises nothing."""
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self.path.unlink()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(f"cannot write in {self.path.parent}: {error.strerror}") from None


class Original:
    """A file that may be replaced, as it is now. Raises OSError wherever it is used.

    Where its path is a link, the file is replaced that it leads to, and the link stays.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.resolve(strict=True)
        """The file itself, whatever links lead to it."""
        self._known = self.file.stat()
        self.folder = self.file.parent
        """Where a draft must be that will take its place."""

    def obstacle(self) -> str:
        """What keeps it from being replaced, in words for the user; empty for nothing that is known."""
        is_writable = self._known.st_mode & 0o222  # the system administrator may write whatever is protected
        if not (is_writable and os.access(self.file, os.W_OK)):
            return "it is read-only"
        return "" if os.access(self.folder, os.W_OK | os.X_OK) else f"{self.folder} takes no new files"

    def replace(self, draft: Draft) -> None:
        """Put a draft in its place, with the same permissions and, where that is allowed, the same owner.

        Refuses where the file is not any more what it was when this was made.
        """
        with draft.path.open("rb+") as stream:
            os.fsync(stream.fileno())
        if hasattr(os, "chown"):
            with suppress(OSError):
                os.chown(draft.path, self._known.st_uid, self._known.st_gid)
        with suppress(OSError):  # on a file system that knows no permissions
            draft.path.chmod(self._known.st_mode & 0o7777)
        if state_of(self.file.stat()) != state_of(self._known):
            raise OSError(None, "it was changed meanwhile; it stays as it is, and nothing in it is fixed")
        draft.path.replace(self.file)
        _sync(self.folder)


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else may read: the one it will replace may be private."""
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Have the new name of a file outlast a loss of power, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
