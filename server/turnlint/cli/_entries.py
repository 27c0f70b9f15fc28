"""The entries of the cache, each for a data set: which one it is, writing it, and forgetting old ones.

An entry stands for all that decides what is found: the bytes of the files of a data set, their names, their
settings, what is accepted in them, and the program itself.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
from msgspec import Struct

import turnlint
from turnlint.cli._reading import BoundedFile
from turnlint.cli._recall import Memory
from turnlint.engine import Input
from turnlint.model import Settings, TokenSettings

__all__ = ["clean", "memory_of"]

_MOST = 512 << 20
"""So many bytes all entries may have together."""
_LONG = 30 * 24 * 3600
"""Seconds after which an entry is forgotten that nobody asked for."""
_PREFIX, _SUFFIX, _DRAFT = "turnlint-", ".findings", ".draft"
_LIBRARIES = (
    "msgspec",
    "orjson",
    "tiktoken",
    "numpy",
    "rapidfuzz",
    "jsonschema-rs",
    "tokenizers",
    "jinja2",
    "pyarrow",
)
_SIGNS = {
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by turnlint; may be deleted.\n",
    ".gitignore": "*\n",
}
"""Files that tell back-ups and git to leave the folder out."""


def memory_of(folder: Path, files: Sequence[Path], inputs: Sequence[Input]) -> Memory | None:
    """What the folder holds of inputs that are checked together; their bytes are those of the files.

    None where one of them cannot be read, as who checks it will tell, where settings have no spelling, or
    where there is no room for temporary files.
    """
    try:
        return Memory(folder / f"{_PREFIX}{_key(files, inputs)}{_SUFFIX}", inputs, _keep)
    except (OSError, TypeError, UnicodeEncodeError):
        return None


def clean(folder: Path) -> tuple[int, int]:
    """Delete all entries; give how many there were, and how many bytes they had. Raises OSError."""
    entries = list(_entries(folder))
    for one in entries:
        one.path.unlink(missing_ok=True)
    return len(entries), sum(one.size for one in entries)


def _key(files: Sequence[Path], inputs: Sequence[Input]) -> str:
    """A name for all that decides what is found. Raises OSError, TypeError and UnicodeEncodeError."""
    digest = sha256(_program())
    for file, one in zip(files, inputs, strict=True):
        names = [os.fsencode(name) for name in (one.name, one.file_name)]
        accepted = None if one.ledger is None else sorted(map(str, one.ledger.counts.items()))
        parts = (names, _spelled(one.settings), accepted, _content(file))
        digest.update(msgspec.msgpack.encode(parts))
    return digest.hexdigest()


_ENCODER = msgspec.msgpack.Encoder(enc_hook=lambda homes: homes.key(), order="deterministic")


def _spelled(settings: Settings) -> list[bytes]:
    """Settings as bytes, with the files of a tokenizer and of a chat template that they name."""
    tokens = settings.tokens
    files = _token_files(tokens) if tokens.template or os.sep in tokens.tokenizer else ()
    read = [_content(file) for file in sorted(files) if file.is_absolute() and file.is_file()]
    return [_ENCODER.encode(settings), *read]


def _token_files(tokens: TokenSettings) -> Iterable[Path]:
    """The files from which a tokenizer is made, whether or not they are there."""
    from turnlint.tokens.huggingface import sources  # takes long to load

    return sources(tokens.tokenizer, tokens.template)


def _content(path: Path) -> bytes:
    with BufferedReader(BoundedFile(path)) as file:
        return file_digest(file, "sha256").digest()


@cache
def _program() -> bytes:
    """A hash of the program: of its own files, and of the versions of what it uses."""
    digest = sha256(sys.version.encode())
    top = Path(turnlint.__file__).parent
    files = (path for kind in ("py", "toml") for path in top.rglob(f"*.{kind}"))
    for path in sorted(path for path in files if top / "lsp" not in path.parents):
        digest.update(f"{path.relative_to(top).as_posix()}\n".encode())
        digest.update(sha256(path.read_bytes()).digest())
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    return digest.digest()


class _Entry(Struct, frozen=True):
    """A file in the folder."""

    path: Path
    size: int
    used: float
    """When it was written or asked for last, in seconds."""


def _keep(path: Path, parts: Iterator[bytes]) -> None:
    """Write an entry as a whole, and forget others where they become too many. Raises OSError."""
    folder = path.parent
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in _SIGNS.items():
            (folder / name).write_text(text, encoding="utf-8")
    with NamedTemporaryFile(dir=folder, prefix=_PREFIX, suffix=_DRAFT, delete=False) as draft:
        try:
            draft.writelines(parts)
            draft.close()
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    _prune(folder)


def _prune(folder: Path) -> None:
    """Delete what was not asked for in a long time, and the oldest of what is too much."""
    now, size = time.time(), 0
    for one in sorted(_entries(folder), key=lambda one: one.used, reverse=True):
        size += one.size
        if size > _MOST or now - one.used > _LONG:
            one.path.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[_Entry]:
    """The entries in a folder, also what a process that was killed left of one."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.startswith(_PREFIX) and path.suffix in (_SUFFIX, _DRAFT):
            with suppress(FileNotFoundError):
                found = path.lstat()
                yield _Entry(path, found.st_size, found.st_mtime)
