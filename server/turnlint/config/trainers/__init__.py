"""What the configs of trainers that stand beside data say of it: its target, its format, its columns.

A module of this package is a trainer: `TARGET`, its name as a target; `reads(name, document)`, whether a file
of this name with this in it is a config of it; and `entries(document)`, what the config says of which files.
Formats are named there as the trainer does it: `types` of its target says which these are.

Such files are data of somebody else: they are read up to a size, nothing in them is run, and the paths in
them are compared with the path of the file that is asked about, never opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, cached_property, lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, cast

from msgspec import Struct

from turnlint.config.columns import Layer, renamed
from turnlint.config.errors import ConfigError, named
from turnlint.config.targets import all_targets
from turnlint.formats import get_format
from turnlint.formats.renamed import Names, members, roles_of
from turnlint.modules import modules_of
from turnlint.text.rows import BOM

__all__ = ["NAMES", "Entry", "Found", "TrainerConfigs", "is_config", "strings", "text_at"]

_JSON = "dataset_info.json"
_YAML = (".yaml", ".yml")
NAMES = (_JSON, *(f"*{end}" for end in _YAML))
"""What configs are called."""

_MOST_BYTES = {_JSON: 1 << 20}
_MOST_YAML_BYTES = 1 << 14
"""No config that people write is larger. YAML takes up to 40 microseconds a byte,"""
_MOST_MARKS = 1_000
"""and far more where it opens more lists and tables than this in lines."""
_MOST_FILES = 8
"""So many configs of a folder are read,"""
_MOST_FOLDERS = 8
"""of so many folders, that of the data and those above, and"""
_MOST_NAMES = 2_000
"""so many names are looked at."""
_MOST_ENTRIES = 1_000
"""So many data sets of a config count."""
_LONGEST = 1_000
"""No name and no path has more code points."""
_IN_YAML = (
    re.compile(rb"^(?:base_model|model_name_or_path)[ \t]*:", re.MULTILINE),
    re.compile(rb"^(?:datasets|test_datasets|pretraining_dataset|dataset_name)[ \t]*:", re.MULTILINE),
)
"""What every config in YAML has, and little else: a model and data."""


class Entry(Struct, frozen=True):
    """What a config says of some files."""

    files: tuple[str, ...]
    """Their paths as they are written, or those of their folders; the name at the end may be a pattern."""
    type: str = ""
    """What the trainer calls the format; empty where it does not say."""
    names: Names = Names()
    """What the files call the keys and roles of that format. What it does not have counts for nothing."""
    lists_roles: bool = False
    """No other roles mean anything."""
    unread: tuple[tuple[str, str], ...] = ()
    """Words that the trainer does not know, each with the one that is probably meant, if any is."""


class Found(Struct, frozen=True):
    """What a config says of one file."""

    path: Path
    """The config."""
    target: str
    rows: Layer = Layer()
    notes: tuple[str, ...] = ()
    """What is wrong with it, in words for the user."""

    def told(self, *, target: bool, rows: bool) -> tuple[str, ...]:
        """The same, and what holds by it: its target, what it says of the rows, if these count."""
        parts = ["target"] * bool(target and self.target)
        if rows and self.rows.format:
            parts += ["format", *(["columns"] if self.rows.names else [])]
        shown = " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
        return (*self.notes, *([f"{shown.capitalize()} from {_shown(self.path)}."] if parts else []))


class Trainer(Protocol):
    """A module that knows the configs of a trainer."""

    TARGET: str

    def reads(self, name: str, document: Mapping[str, Any]) -> bool:
        """Whether a file of this name is a config of the trainer."""

    def entries(self, document: Mapping[str, Any]) -> Iterator[Entry]:
        """What a config says. Must take any document."""


class TrainerConfigs:
    """Knows the configs in folders; each is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, list[_Saying]] = {}

    def about(self, path: Path, root: Path) -> Found | None:
        """What the nearest config says of a file, given as an absolute path; None where none does.

        Configs count that stand in its folder or some above, up to the root. Where those of one folder say
        several things, none counts, and that is noted.
        """
        folders = [one for one in (path.parent, *path.parents[1:]) if one.is_relative_to(root)]
        for at, folder in enumerate(folders[:_MOST_FOLDERS]):
            found = list(self._in(folder, path, folders[at:], root))
            found = [one for one in found if one.target] or found[:1]
            if found:
                return found[0] if all(_is_alike(one, found[0]) for one in found) else _disagreement(found)
        return None

    def _in(self, folder: Path, path: Path, bases: Sequence[Path], root: Path) -> Iterator[Found]:
        """What the configs in a folder say of a file; their paths are relative to it or to one above."""
        if folder not in self._known:
            self._known[folder] = list(_read_all(folder, root))
        for one in self._known[folder]:
            if any(_names(word, path, base) for word in one.entry.files for base in bases):
                yield one.found


class _Saying:
    """What an entry of a config says."""

    def __init__(self, config: Path, target: str, entry: Entry) -> None:
        self.entry = entry
        self._config, self._target = config, target

    @cached_property
    def found(self) -> Found:
        """The same in the words of the settings, found out where a file asks for it."""
        return _found(self._config, self._target, self.entry)


def is_config(name: str) -> bool:
    """Whether a file of this name may be the config of a trainer."""
    return name == _JSON or name.lower().endswith(_YAML)


def text_at(table: Any, key: str) -> str | None:
    """A text in a table of a config; None where there is none."""
    value = table.get(key) if isinstance(table, dict) else None
    return value if _is_text(value) else None


def strings(value: Any) -> tuple[str, ...]:
    """The texts in a value that may be one, or hold several in a list or by names."""
    if isinstance(value, dict):
        value = [one for held in value.values() for one in (held if isinstance(held, list) else [held])]
    listed = value if isinstance(value, list) else [value]
    return tuple(filter(_is_text, listed))


def _is_text(value: Any) -> bool:
    """Whether a value is a text that could be a name or a path."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()


@cache
def _trainers() -> tuple[Trainer, ...]:
    return tuple(cast(Trainer, import_module(f"{__name__}.{name}")) for name in modules_of(__path__))


def _read_all(folder: Path, root: Path) -> Iterator[_Saying]:
    """What the configs in a folder say: one that is broken is nobody's, and about all files."""
    try:
        with os.scandir(folder) as listed:
            names = sorted(one.name for one in islice(listed, _MOST_NAMES) if is_config(one.name))
            names.sort(key=lambda name: name != _JSON)
    except OSError:
        return
    found = ((folder / name, _data(folder / name, root)) for name in names)
    for path, data in islice(((path, data) for path, data in found if data), _MOST_FILES):
        document = _parsed(data, path.name == _JSON)
        if document is None and path.name == _JSON:
            yield _Saying(path, "", Entry(("*",)))
        for trainer in _trainers() if isinstance(document, dict) else ():
            if trainer.reads(path.name, document) and trainer.TARGET in all_targets():
                entries = islice(trainer.entries(document), _MOST_ENTRIES)
                yield from (_Saying(path, trainer.TARGET, entry) for entry in entries)
                break


def _data(path: Path, root: Path) -> bytes:
    """What is in a config; nothing where it is none, or leads out of the root."""
    most = _MOST_BYTES.get(path.name, _MOST_YAML_BYTES)
    try:
        if not (path.resolve().is_relative_to(root.resolve()) and path.is_file()):
            return b""
        with path.open("rb") as file:
            data = file.read(most + 1).removeprefix(BOM)
    except (OSError, RuntimeError, ValueError):
        return b""
    seems_one = path.name == _JSON or all(one.search(data) for one in _IN_YAML)
    return data if seems_one and len(data) <= most else b""


@lru_cache(64)
def _parsed(data: bytes, is_json: bool) -> Any:
    """What a config says: of YAML, texts, lists and tables alone. None where it cannot be read."""
    if is_json:
        import orjson

        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return None
    if data.count(b"[") + data.count(b"{") > _MOST_MARKS:
        return None
    import yaml  # not loaded where there is no such config

    try:
        return yaml.load(data, yaml.BaseLoader)  # noqa: S506 - no tag means anything, what is repeated is shared
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _names(word: str, path: Path, base: Path) -> bool:
    """Whether a path in a config is that of a file or its folder. Compares words; looks at no file."""
    named = os.path.normpath(base / word)
    head, tail = os.path.split(named)
    if named in (str(path), str(path.parent)) and named != str(base):
        return True
    return head == str(path.parent) and fnmatchcase(path.name, tail)


def _found(config: Path, target: str, entry: Entry) -> Found:
    """What an entry says, in the words of the settings."""
    if not target:
        return Found(
            config, target, notes=(f"{_shown(config)} is not JSON, so what it says does not count.",)
        )
    strange = tuple(_strange(config, target, *one) for one in entry.unread)
    format_ = all_targets()[target].types.get(entry.type)
    if format_ is None:
        return Found(config, target, notes=strange)
    shape, names = get_format(format_).shape, entry.names
    known = members(shape)
    own = ((key, name) for key, name in names.columns.items() if name != key.rpartition(".")[2])
    columns = {key: name for key, name in own if key in known}
    others = (roles_of(shape) or frozenset()) - {*names.roles, *names.roles.values()}
    lost = dict.fromkeys(others if entry.lists_roles else (), "")
    rows = Layer(format_, Names(columns, {**names.roles, **lost}))
    try:
        renamed(rows, (), None)
    except ConfigError as error:
        return Found(config, target, notes=(*strange, f"{_shown(config)} is not obeyed: {error}."))
    return Found(config, target, rows, strange)


def _strange(config: Path, target: str, word: str, meant: str) -> str:
    known = f"; did you mean `{meant}`?" if meant else "."
    return f"{_shown(config)} says {named(word)}, which {all_targets()[target].title} does not know{known}"


def _shown(config: Path) -> str:
    here = Path.cwd()
    return str(config.relative_to(here)) if config.is_relative_to(here) else str(config)


def _is_alike(one: Found, other: Found) -> bool:
    return (one.target, one.rows) == (other.target, other.rows)


def _disagreement(found: Sequence[Found]) -> Found | None:
    first = found[0]
    other = next(one for one in found if not _is_alike(one, first))
    where = _shown(first.path)
    where += f" and {_shown(other.path)} disagree" if other.path != first.path else " says several things"
    return Found(first.path, "", notes=(f"{where} about a file, so what they say of it does not count.",))
