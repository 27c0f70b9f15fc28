"""Which files differ from a revision of git.

Git is asked for the list of files at that revision and for nothing else: their bytes are compared here, so
that no filter is run that a repository may name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import file_digest, new, sha256
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from turnlint.cli._git import Git
from turnlint.cli._inputs import Inputs, Source
from turnlint.cli._reading import BoundedFile
from turnlint.cli._streams import UsageError
from turnlint.config.datasets import gather
from turnlint.config.discovery import SettingsFinder

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["since"]

_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES = 1_024
_SHA1_DIGITS = 40


def since(inputs: Inputs, revision: str, finder: SettingsFinder) -> Inputs:
    """Leave files that are as they were where the history parted from a revision.

    Those whose data set has a file that differs stay, to be compared with it. What is not in git differs.
    Raises UsageError where there is no such revision, no repository, or no git.
    """
    changed = set(_changed(inputs.sources, revision))
    sources: list[Source] = []
    for dataset in gather([one.path for one in inputs.sources], finder):
        files = [inputs.sources[one.number] for one in dataset.files]
        if not changed.isdisjoint(files):
            sources += [one if one in changed else replace(one, is_context=True) for one in files]
    places = {one.path: at for at, one in enumerate(inputs.sources)}
    kept = sorted(sources, key=lambda one: places[one.path])
    return Inputs(kept, inputs.problems, notes=inputs.notes)


def _changed(sources: Iterable[Source], revision: str) -> Iterator[Source]:
    repositories: dict[Path, list[Source]] = {}
    for source in sources:
        if source.stdin:
            yield source
        else:
            repositories.setdefault(_top(source), []).append(source)
    for top, files in repositories.items():
        known = _Revision(top, revision)
        yield from (one for one in files if known.differs(one.path))


def _top(source: Source) -> Path:
    """The folder of the repository that a file lies in. Raises UsageError where there is none."""
    folders = source.path.resolve().parents if source.path.is_symlink() else source.path.parents
    for folder in folders:
        if os.path.lexists(folder / ".git"):
            return folder.resolve()
    raise UsageError(f"{source.name} is in no git repository (--since)")


class _Revision:
    """The files of a repository where its history parted from a revision."""

    def __init__(self, top: Path, revision: str) -> None:
        """Raises UsageError."""
        self._top = top
        self._git = Git(top, "--since")
        name = f"{revision}^{{commit}}"
        unknown = f"there is no revision `{revision}`"
        commit = self._git.said("rev-parse", "--quiet", "--verify", "--end-of-options", name, silence=unknown)
        alone = f"`{revision}` and HEAD have no commit in common here; fetch more of the history"
        base = self._git.said("merge-base", commit, "HEAD", silence=alone)
        listing = self._git.ask("ls-tree", "-r", "-z", "--full-tree", base)
        self._blobs = dict(map(_entry, filter(None, listing.split(b"\0"))))
        """The hashes by which git knows the bytes of files, in hexadecimal digits."""

    def differs(self, path: Path) -> bool:
        """Whether a file is not what it was. A link is not looked into: it counts as one that differs."""
        blob = self._blobs.get(os.fsencode(self._inside(path).as_posix()))
        if blob is None or path.is_symlink():
            return True
        try:
            kind = "sha1" if len(blob) == _SHA1_DIGITS else "sha256"
            head = b"blob %d\0" % path.stat().st_size
            if _digest(path, new(kind, head, usedforsecurity=False)) == blob:
                return False
            return self._differs_from_pointer(path, blob)
        except OSError:  # as who checks it will tell
            return True

    def _inside(self, path: Path) -> Path:
        """The path within the repository; elsewhere, as it is."""
        real = path.parent.resolve() / path.name
        return real.relative_to(self._top) if real.is_relative_to(self._top) else real

    def _differs_from_pointer(self, path: Path, blob: str) -> bool:
        """Whether a file is not what a pointer of Git LFS stands for."""
        try:
            size = int(self._git.said("cat-file", "-s", blob))
            pointer = self._git.ask("cat-file", "blob", blob) if size <= _POINTER_BYTES else b""
        except UsageError:  # a clone may lack what is not checked out
            return True
        if not pointer.startswith(_POINTER):
            return True
        oid = f"\noid sha256:{_digest(path, sha256())}\nsize {path.stat().st_size}\n".encode()
        return not pointer.endswith(oid)


def _entry(line: bytes) -> tuple[bytes, str]:
    """The name and the hash in a line of `git ls-tree`."""
    head, _, name = line.partition(b"\t")
    return name, head.split()[2].decode()


def _digest(path: Path, begun: _Hash) -> str:
    """Hash a file, behind what was hashed before. Raises OSError."""
    with BufferedReader(BoundedFile(path)) as file:
        return file_digest(file, lambda: begun).hexdigest()
