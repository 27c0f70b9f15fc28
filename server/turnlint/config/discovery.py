"""The settings that stand in files: finding them, reading them, and what they say of one path.

Settings stand in `.turnlint.toml`, `turnlint.toml` or `[tool.turnlint]` of `pyproject.toml`, looked for in
this order in the folder of the checked file and in each folder above it; the nearest one alone counts.
Patterns are written as in a .gitignore and are relative to the folder of the settings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct, UnsetType, field
from msgspec.structs import replace

from turnlint.config import ConfigError, Counting, expand, resolve
from turnlint.config.columns import Layer, chosen
from turnlint.config.graders import grader_fields
from turnlint.config.inline import INLINE, laid_over, parsed
from turnlint.config.parameters import check_parameters
from turnlint.config.paths import Basis
from turnlint.config.patterns import SUFFIXES, ignore_patterns, name_ends
from turnlint.config.schemas import row_schema
from turnlint.config.shape import (
    SEVERITIES,
    Amount,
    Dataset,
    Exemption,
    SettingsFile,
    checked,
    described,
    first,
    names_in,
)
from turnlint.config.tokenizers import Said, counting
from turnlint.config.trainers import Found, TrainerConfigs
from turnlint.engine.splits import SPLITS
from turnlint.formats.own_schema import OWN_SCHEMA
from turnlint.formats.renamed import name_of
from turnlint.model import DatasetSettings, Settings, Severity

__all__ = [
    "SEVERITIES",
    "Config",
    "Dataset",
    "Listing",
    "Overrides",
    "SettingsFile",
    "SettingsFinder",
    "absolute",
    "document_of",
    "ignore_patterns",
    "read_config",
    "table_of",
]

NAMES = (".turnlint.toml", "turnlint.toml", "pyproject.toml")
_SCHEMA = "schema-mismatch"
_ECHOES = {"missing-grader-item": ("no-grader-field",), _SCHEMA: ()}
"""By rules that judge by a file which settings name, those that guess what is known then."""
_WORDS = {"missing-grader-item": "grader", _SCHEMA: "schema"}
"""By the same rules, what these files are."""


def _graded(basis: Basis, word: str) -> Mapping[str, Any]:
    fields = grader_fields(basis, word)
    return {"fields": fields} if fields else {}


def _schema(basis: Basis, word: str) -> Mapping[str, Any]:
    return {"schema": row_schema(basis, word), "path": word}


_OF_FORMATS = ("format-not-accepted",)
"""Rules that ask for another format than rows have of which a schema is all that is known."""
_READERS: Mapping[str, Callable[[Basis, str], Mapping[str, Any]]] = {
    "missing-grader-item": _graded,
    _SCHEMA: _schema,
}
"""By the same rules, how such a file becomes parameters of the rule; none where it asks for nothing."""


class Config(Struct, frozen=True):
    """The settings of a file, and where they come from."""

    root: Path
    """The folder that patterns are relative to."""
    path: Path | None = None
    """The file; None where there is none."""
    settings: SettingsFile = field(default_factory=SettingsFile)

    def matches(self, patterns: Iterable[str], path: Path) -> bool:
        """Whether any of the patterns holds for an absolute path. Nothing outside the root matches."""
        wanted = tuple(patterns)
        if not wanted or path == self.root or not path.is_relative_to(self.root):
            return False
        return ignore_patterns(wanted).match_file(path.relative_to(self.root).as_posix())

    def lists(self, patterns: Iterable[str], path: Path) -> bool:
        """Whether the patterns of a split hold for a file. Of what else is in a folder, JSONL files alone."""
        wanted = tuple(patterns)
        if not self.matches(wanted, path):
            return False
        if path.name.lower().endswith(SUFFIXES):
            return True
        return ignore_patterns(tuple(name_ends(wanted))).match_file(path.name)

    def excludes(self, path: Path) -> bool:
        """Whether the settings leave out a file or a folder."""
        return self.matches(self.settings.exclude, path)

    def names(self, path: Path) -> bool:
        """Whether the settings name this file: to be checked whatever .gitignore says."""
        return self.matches(self.settings.include, path) or self.dataset_of(path) is not None

    def dataset_of(self, path: Path) -> Listing | None:
        """The first table of a data set that names this file."""
        for number, dataset in enumerate(self.settings.dataset):
            splits = tuple(one for one in SPLITS if self.lists(getattr(dataset, one), path))
            if splits:
                return Listing(number, dataset, splits)
        return None

    def exemptions(self, path: Path) -> list[tuple[int, Exemption]]:
        """The exceptions that are about a file, those that have ended as well, with their numbers from 0."""
        entries = enumerate(self.settings.exception)
        return [(at, one) for at, one in entries if not one.paths or self.matches(one.paths, path)]

    @property
    def name(self) -> str:
        """What to call the file in a message."""
        return str(self.path) if self.path else INLINE

    def tables(self, number: int) -> list[Dataset]:
        """The tables that are one data set with that of this number."""
        named = self.settings.dataset
        name = named[number].name
        return [one for one in named if one.name == name] if name else [named[number]]


class Listing(Struct, frozen=True):
    """How a table of a data set names a file."""

    number: int
    """Which table it is, from 0."""
    dataset: Dataset
    splits: tuple[str, ...]
    """The splits that have the file; it is judged as the first one."""


class Overrides(Struct, frozen=True):
    """What the user says for one run; it wins over all files."""

    target: str | None = None
    format: str | None = None
    stage: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tokenizer: str | None = None
    """A path is relative to the current folder."""
    chat_template: str | None = None
    token_limit: Amount | None = None


class SettingsFinder:
    """Knows the settings of every path."""

    def __init__(
        self,
        overrides: Overrides | None = None,
        *,
        file: Path | None = None,
        isolated: bool = False,
        trusted: bool = False,
        lenient: bool = False,
        inline: Mapping[str, Any] | None = None,
        today: date | None = None,
    ) -> None:
        """`file` stands for all files that would be found, its patterns relative to the current folder.

        `isolated` looks for none. `inline` is laid over each file, and over none, as `read_inline` gives it.
        Exceptions that have ended before `today` hold no more; without it, all hold. What settings files name
        may lead anywhere and may be run if they are `trusted`, as the overrides always are. A tokenizer that
        cannot be used is only noted if this is `lenient`. Raises ConfigError for what cannot be obeyed.
        """
        self._overrides = overrides or Overrides()
        self._trusted = trusted
        self._lenient = lenient
        self._inline, self._today = inline or {}, today
        self._isolated = isolated
        self._trainers = TrainerConfigs()
        self._roots: dict[Path, Path] = {}
        self._known: dict[Path, Config | None] = {}
        self._resolved: dict[Hashable, Settings] = {}
        here = Config(Path.cwd(), None, _read(inline, INLINE)) if inline else Config(Path.cwd())
        self._bare = here if inline else None
        self._only = here if isolated else None
        if file is not None:
            self._only = read_config(file, root=here.root, inline=self._inline)
            if self._only is None:
                raise ConfigError(f"{file} has no [tool.turnlint] table")
        check_parameters(self._overrides.rules)
        self.resolve(here)  # what the user says is wrong at once, whatever is checked

    def config(self, folder: Path) -> Config:
        """The settings file that counts in a folder, given as an absolute path. Raises ConfigError."""
        if self._only is not None:
            return self._only
        for above in (folder, *folder.parents):
            if above not in self._known:
                self._known[above] = _config_in(above, self._inline)
            found = self._known[above]
            if found is not None:
                return found
        return self._bare or Config(folder)

    def settings(self, path: Path) -> Settings:
        """The settings for one file, given as an absolute path. Raises ConfigError."""
        return self.resolve(self.config(path.parent), path)

    def fail_on(self, path: Path) -> Severity | None:
        """The least severity that fails the check of a file, where its settings file says so."""
        word = self.config(path.parent).settings.fail_on
        return None if isinstance(word, UnsetType) else Severity.parse(word)

    def resolve(self, config: Config, path: Path | None = None) -> Settings:
        """Lay the overrides over a settings file and over what it says of one path. Raises ConfigError."""
        said, run = config.settings, self._overrides
        listing = config.dataset_of(path) if path else None
        dataset = listing.dataset if listing else Dataset()
        ignored = [
            selector
            for pattern, selectors in said.per_file_ignores.items()
            if path and config.matches((pattern,), path)
            for selector in selectors
        ]
        exempt, ended = self._exempt(config, path)
        trainer = self.trainer(config, path)
        target = self._target(config, path) or (trainer.target if trainer else "") or "generic"
        rows = chosen(
            (
                Layer(run.format),
                Layer(first(dataset.format), names_in(dataset)),
                Layer(first(said.format), names_in(said)),
                *((trainer.rows,) if trainer else ()),
            )
        )
        stage = run.stage or first(dataset.stage, said.stage)
        key = (
            config.path,
            path is None,
            target,
            name_of(rows.format or "", rows.names),
            trainer and (trainer.path, trainer.notes),
            stage,
            listing and (listing.number, listing.splits),
            tuple(exempt.items()),
            ended,
            *ignored,
        )
        if key not in self._resolved:
            fields, notes = self._files(config, listing)
            is_own = _SCHEMA in fields and not (rows.format or rows.names)
            asked = () if run.select else tuple(fields.keys() & {_SCHEMA})
            settings = resolve(
                target,
                format=rows.format,
                names=rows.names,
                stage=stage,
                split=listing.splits[0] if listing else None,
                dataset=_said_of(config, listing) if listing else None,
                select=run.select or said.select,
                ignore=(
                    *_left(said.ignore, run),
                    *ignored,
                    *run.ignore,
                    *(rule for name in fields for rule in _ECHOES[name]),
                    *(_OF_FORMATS if is_own else ()),
                ),
                extend_select=(*said.extend_select, *run.extend_select, *asked),
                severity={**said.severity, **run.severity},
                parameters={
                    name: {**fields.get(name, {}), **said.rules.get(name, {}), **run.rules.get(name, {})}
                    for name in {*fields, *said.rules, *run.rules}
                },
                counting=self._counting(config, path),
                exempt=exempt,
            )
            if is_own:
                settings = replace(settings, format=OWN_SCHEMA)
            told = trainer.notes if trainer else ()
            if trainer and not self._lenient:
                told = trainer.told(target=not self._target(config, path), rows=rows == trainer.rows)
            self._resolved[key] = replace(settings, notes=(*told, *settings.notes, *notes, *ended))
        return self._resolved[key]

    def trainer(self, config: Config, path: Path | None) -> Found | None:
        """What the config of a trainer says of a file, unless the file is meant for another target."""
        if path is None or self._isolated or not config.settings.trainer_configs:
            return None
        found = self._trainers.about(path, self._root(config, path.parent))
        target = (self._target(config, path) or "generic").partition(":")[0]
        return found if found and target in ("generic", found.target) else None

    def _target(self, config: Config, path: Path | None) -> str | None:
        """The target that the user names for a file."""
        listing = config.dataset_of(path) if path else None
        said = (listing.dataset.target if listing else None, config.settings.target)
        return self._overrides.target or first(*said)

    def _root(self, config: Config, folder: Path) -> Path:
        """The folder up to which configs count: of the settings, or of the repository if that is above."""
        if folder not in self._roots:
            above = (one for one in (folder, *folder.parents) if os.path.lexists(one / ".git"))
            self._roots[folder] = next(above, folder)
        own = _folder(config) if config.path else folder
        return (
            min((own, self._roots[folder]), key=lambda one: len(one.parts))
            if folder.is_relative_to(own)
            else folder
        )

    def _exempt(
        self, config: Config, path: Path | None
    ) -> tuple[Mapping[str, tuple[int, ...]], tuple[str, ...]]:
        """The rules of which nothing is told of a file, and what is to be told of exceptions that ended."""
        exempt: dict[str, tuple[int, ...]] = {}
        ended = []
        for number, one in config.exemptions(path) if path else ():
            if one.until and self._today and one.until < self._today:
                ended.append(
                    f"{config.name}: {described(one)} ended on {one.until}: it hides nothing any more."
                )
            else:
                for rule in expand(one.rules):
                    exempt[rule] = (*exempt.get(rule, ()), number)
        return exempt, tuple(ended)

    def _files(
        self, config: Config, listing: Listing | None
    ) -> tuple[dict[str, Mapping[str, Any]], tuple[str, ...]]:
        """What the files say that settings name, as parameters of rules, and what is to be told of them."""
        basis, table = Basis(_folder(config), self._trusted, config.path), listing and listing.dataset
        words = {
            "missing-grader-item": first(table.grader) if table else None,
            _SCHEMA: first(table.schema if table else None, config.settings.schema),
        }
        found: dict[str, Mapping[str, Any]] = {}
        notes = []
        for rule, word in words.items():
            try:
                found |= {rule: said} if word and (said := _READERS[rule](basis, word)) else {}
            except ConfigError as error:
                if not self._lenient:
                    raise
                notes.append(f"turnlint judges rows as if no {_WORDS[rule]} were set. {error}")
        return found, tuple(notes)

    def _counting(self, config: Config, path: Path | None) -> Counting:
        run, said = self._overrides, config.settings.tokens
        is_half = path is None and not run.tokenizer  # the settings file of a path may name the tokenizer
        user = Said(
            Path.cwd(),
            True,
            limit=run.token_limit or 0,
            tokenizer=run.tokenizer or "",
            template="" if is_half else run.chat_template or "",
        )
        file = Said(
            _folder(config),
            self._trusted,
            config.path,
            said.limit or 0,
            said.tokenizer or "",
            said.chat_template or "",
        )
        try:
            return counting((user, file))
        except ConfigError as error:
            if not self._lenient:
                raise
            words = f"turnlint counts tokens as if no tokenizer were set. {error}"
            return Counting(user.limit or file.limit, notes=(words,))


def _folder(config: Config) -> Path:
    """The folder that paths in a settings file are relative to."""
    return absolute(str(config.path)).parent if config.path else config.root


def _said_of(config: Config, listing: Listing) -> DatasetSettings:
    tables = config.tables(listing.number)
    splits = tuple(split for split in SPLITS if any(getattr(table, split) for table in tables))
    return DatasetSettings(first(listing.dataset.name) or "", splits, listing.splits)


def absolute(path: str) -> Path:
    """Where a path as the user wrote it leads: links stay, and `..` goes."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`


def read_config(path: Path, *, root: Path, inline: Mapping[str, Any] | None = None) -> Config | None:
    """Read one settings file, with what is laid over it. Raises ConfigError.

    None for a `pyproject.toml` without `[tool.turnlint]`.
    """
    document = document_of(path)
    return (
        None if document is None else Config(root, path, _read(laid_over(document, inline or {}), str(path)))
    )


def document_of(path: Path) -> Any:
    """The settings in a file as they are written, whatever they are; None where there are none.

    Raises ConfigError where it cannot be read as TOML.
    """
    is_project = path.name == "pyproject.toml"
    try:
        data = path.read_bytes()
        if is_project and b"turnlint" not in data:
            return None
        document = parsed(data.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return table_of(document) if is_project else document


def table_of(document: Mapping[str, Any]) -> Any:
    """The settings in a `pyproject.toml`; None where there are none."""
    tools = document.get("tool")
    return tools.get("turnlint") if isinstance(tools, dict) else None


def _read(document: Any, name: str) -> SettingsFile:
    """What a document with this name says. Raises ConfigError."""
    try:
        return checked(document)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None


def _config_in(folder: Path, inline: Mapping[str, Any]) -> Config | None:
    # os.path takes what it may not look at for absent, where Path raises.
    files = (folder / name for name in NAMES)
    there = (path for path in files if os.path.isfile(path))  # noqa: PTH113
    found = (read_config(path, root=folder, inline=inline) for path in there)
    return next((one for one in found if one is not None), None)


def _left(ignored: Iterable[str], run: Overrides) -> frozenset[str]:
    """The rules that a file ignores, and that the user does not call for."""
    return frozenset() if run.select else expand(ignored) - expand(run.extend_select)
