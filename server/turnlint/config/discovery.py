"""The settings that stand in files: finding them, reading them, and what they say of one path.

Settings stand in `.turnlint.toml`, `turnlint.toml` or `[tool.turnlint]` of `pyproject.toml`, looked for in
this order in the folder of the checked file and in each folder above it; the nearest one alone counts.
Patterns are written as in a .gitignore and are relative to the folder of the settings.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from turnlint.config import ConfigError, Counting, expand, resolve, suggest
from turnlint.config.errors import named
from turnlint.config.graders import grader_fields
from turnlint.config.paths import Basis
from turnlint.config.patterns import SUFFIXES, compiled, name_ends
from turnlint.config.tokenizers import Said, counting
from turnlint.engine.splits import SPLITS
from turnlint.formats.shape import Shape, faults, note
from turnlint.model import DatasetSettings, Pointer, Settings, Severity, ShapeFault
from turnlint.rules import all_rules, quote
from turnlint.rules.wording import is_finite
from turnlint.text.ready import ready

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = [
    "Config",
    "Dataset",
    "Listing",
    "Overrides",
    "SettingsFile",
    "SettingsFinder",
    "absolute",
    "ignore_patterns",
    "read_config",
]

NAMES = (".turnlint.toml", "turnlint.toml", "pyproject.toml")
_ECHOES = ("no-grader-field",)
"""Rules that guess what is known once the grader is."""
SEVERITIES = tuple(one.word for one in reversed(Severity))

_Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
_Stage: TypeAlias = Literal["sft", "preference", "reinforcement"]
_Severity: TypeAlias = Literal["error", "warning", "info", "hint"]
_Patterns: TypeAlias = list[str]
_Selectors: TypeAlias = list[str]


class Dataset(Shape):
    """Files that belong together: their rows are compared with each other.

    Tables with the same name are one data set, in several stages. Files that no table names are one where
    their names differ in the word for the split alone, as `train.jsonl` and `valid.jsonl` do.
    """

    owner = "dataset"

    name: (
        Annotated[str, note("The name of the data set. The rows of all tables that have it are compared.")]
        | UnsetType
    ) = UNSET
    train: Annotated[_Patterns, note("The files to train on.")] = field(default_factory=list)
    validation: Annotated[_Patterns, note("The files to validate with.")] = field(default_factory=list)
    test: Annotated[_Patterns, note("The files to test with.")] = field(default_factory=list)
    stage: Annotated[_Stage, note("The training method.")] | UnsetType = UNSET
    format: Annotated[str, note("The format of the rows.")] | UnsetType = UNSET
    target: Annotated[str, note("Who will train on it.")] | UnsetType = UNSET
    grader: (
        Annotated[
            str,
            note(
                "The path of the grader of a reinforcement set, as JSON, relative to the settings file and "
                "below its folder: every field that its templates read must be in every row."
            ),
        ]
        | UnsetType
    ) = UNSET


class Tokens(Shape, rename="kebab"):
    """How the tokens of an example are counted. Paths are relative to the settings file."""

    owner = "tokens"

    limit: Annotated[_Amount, note("So many tokens of an example are trained on.")] | UnsetType = UNSET
    tokenizer: (
        Annotated[
            str,
            note(
                "An encoding (`o200k_base`), the path of a `tokenizer.json` or of the folder of a model, "
                "or a model in the cache of the Hugging Face hub (`ORGANISATION/NAME`)."
            ),
        ]
        | UnsetType
    ) = UNSET
    chat_template: (
        Annotated[
            str,
            note(
                "The path of the file with the chat template, where it is not beside the tokenizer. "
                "A template is used only where the user trusts it."
            ),
        ]
        | UnsetType
    ) = UNSET


class SettingsFile(Shape, rename="kebab"):
    """The settings of turnlint, as `turnlint.toml` or `[tool.turnlint]` of `pyproject.toml` holds them."""

    owner = "settings"

    target: Annotated[str, note("Who will train on the data: `TARGET` or `TARGET:MODEL`.")] | UnsetType = (
        UNSET
    )
    format: Annotated[str, note("The format of the rows; else they tell it themselves.")] | UnsetType = UNSET
    stage: Annotated[_Stage, note("The training method.")] | UnsetType = UNSET
    select: Annotated[_Selectors, note("The rules and families that are on.")] = field(default_factory=list)
    ignore: Annotated[_Selectors, note("The rules and families that are off.")] = field(default_factory=list)
    extend_select: Annotated[_Selectors, note("Rules and families to switch on besides.")] = field(
        default_factory=list
    )
    include: Annotated[
        _Patterns,
        note("The files to check in folders, even where .gitignore has them; else all JSONL files."),
    ] = field(default_factory=list)
    exclude: Annotated[_Patterns, note("Files and folders to leave out.")] = field(default_factory=list)
    severity: Annotated[dict[str, _Severity], note("Severities by rule.")] = field(default_factory=dict)
    per_file_ignores: Annotated[
        dict[str, _Selectors], note("Rules and families that are off in the files of a pattern.")
    ] = field(default_factory=dict)
    fail_on: Annotated[_Severity, note("The least severity that makes the check fail.")] | UnsetType = UNSET
    tokens: Annotated[Tokens, note("How tokens are counted.")] = field(default_factory=Tokens)
    dataset: Annotated[list[Dataset], note("Files that belong together.")] = field(default_factory=list)
    rules: Annotated[dict[str, dict[str, Any]], note("Parameters by rule.")] = field(default_factory=dict)


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
    token_limit: _Amount | None = None


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
    ) -> None:
        """`file` stands for all files that would be found, its patterns relative to the current folder.

        `isolated` looks for none. What settings files name may lead anywhere and may be run if they are
        `trusted`, as the overrides always are. A tokenizer that cannot be used is only noted if this is
        `lenient`. Raises ConfigError for what cannot be obeyed.
        """
        self._overrides = overrides or Overrides()
        self._trusted = trusted
        self._lenient = lenient
        self._known: dict[Path, Config | None] = {}
        self._resolved: dict[Hashable, Settings] = {}
        here = Config(Path.cwd())
        self._only = here if isolated else None
        if file is not None:
            self._only = read_config(file, root=here.root)
            if self._only is None:
                raise ConfigError(f"{file} has no [tool.turnlint] table")
        _check_parameters(self._overrides.rules)
        self.resolve(here)  # what the user says is wrong at once, whatever is checked

    def config(self, folder: Path) -> Config:
        """The settings file that counts in a folder, given as an absolute path. Raises ConfigError."""
        if self._only is not None:
            return self._only
        for above in (folder, *folder.parents):
            if above not in self._known:
                self._known[above] = _config_in(above)
            found = self._known[above]
            if found is not None:
                return found
        return Config(folder)

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
        target = run.target or _first(dataset.target, said.target) or "generic"
        format_name = run.format or _first(dataset.format, said.format)
        stage = run.stage or _first(dataset.stage, said.stage)
        key = (
            config.path,
            path is None,
            target,
            format_name,
            stage,
            listing and (listing.number, listing.splits),
            *ignored,
        )
        if key not in self._resolved:
            fields, notes = self._grader(config, listing)
            settings = resolve(
                target,
                format=format_name,
                stage=stage,
                split=listing.splits[0] if listing else None,
                dataset=_said_of(config, listing) if listing else None,
                select=run.select or said.select,
                ignore=(*_left(said.ignore, run), *ignored, *run.ignore, *(_ECHOES if fields else ())),
                extend_select=(*said.extend_select, *run.extend_select),
                severity={**said.severity, **run.severity},
                parameters={
                    name: {**fields.get(name, {}), **said.rules.get(name, {}), **run.rules.get(name, {})}
                    for name in {*fields, *said.rules, *run.rules}
                },
                counting=self._counting(config, path),
            )
            self._resolved[key] = replace(settings, notes=(*settings.notes, *notes))
        return self._resolved[key]

    def _grader(
        self, config: Config, listing: Listing | None
    ) -> tuple[Mapping[str, Mapping[str, Any]], tuple[str, ...]]:
        """What the grader of a data set reads, as parameters of rules, and what is to be told of it."""
        word = _first(listing.dataset.grader) if listing else None
        if word is None:
            return {}, ()
        try:
            fields = grader_fields(Basis(_folder(config), self._trusted, config.path), word)
        except ConfigError as error:
            if not self._lenient:
                raise
            return {}, (f"turnlint judges rows as if no grader were set. {error}",)
        return {"missing-grader-item": {"fields": fields}} if fields else {}, ()

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
    return DatasetSettings(_first(listing.dataset.name) or "", splits, listing.splits)


def absolute(path: str) -> Path:
    """Where a path as the user wrote it leads: links stay, and `..` goes."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`


def read_config(path: Path, *, root: Path) -> Config | None:
    """Read one settings file; None for a `pyproject.toml` without `[tool.turnlint]`. Raises ConfigError."""
    import tomllib

    is_project = path.name == "pyproject.toml"
    try:
        data = path.read_bytes()
        if is_project and b"turnlint" not in data:
            return None
        document: Any = tomllib.loads(data.decode("utf-8-sig"))
        if is_project:
            tools = document.get("tool")
            document = tools.get("turnlint") if isinstance(tools, dict) else None
        return None if document is None else Config(root, path, _checked(document))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None
    except ValueError as error:  # a TOMLDecodeError, or a number of too many digits
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deep") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _config_in(folder: Path) -> Config | None:
    # os.path takes what it may not look at for absent, where Path raises.
    files = (folder / name for name in NAMES)
    found = (read_config(path, root=folder) for path in files if os.path.isfile(path))  # noqa: PTH113
    return next((one for one in found if one is not None), None)


@cache
def ignore_patterns(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Compile patterns of the kind that stand in a .gitignore. Raises ConfigError for one that is none."""
    try:
        return compiled(patterns)
    except ValueError as error:
        raise ConfigError(f"not a file pattern: {error}") from None


def _left(ignored: Iterable[str], run: Overrides) -> frozenset[str]:
    """The rules that a file ignores, and that the user does not call for."""
    return frozenset() if run.select else expand(ignored) - expand(run.extend_select)


def _first(*values: str | UnsetType | None) -> str | None:
    return next((one for one in values if isinstance(one, str)), None)


def _checked(document: Any) -> SettingsFile:
    """Turn a table into settings, or say what is wrong with it."""
    for fault in faults(SettingsFile, document):
        raise ConfigError(_words(fault))
    for name, word in document.get("severity", {}).items():
        if word not in SEVERITIES:
            raise ConfigError(f"`severity.{name}` cannot be {_shown(word)}{suggest(str(word), SEVERITIES)}")
    try:
        settings = msgspec.convert(document, ready(SettingsFile))
    except msgspec.ValidationError as error:  # inside of tables with free keys
        raise ConfigError(str(error).replace("`$.", "`")) from None
    _check_names(settings)
    return settings


def _check_names(settings: SettingsFile) -> None:
    """Refuse names that mean nothing, wherever the file has them, and patterns that are none."""
    datasets: list[Dataset | SettingsFile] = [settings, *settings.dataset]
    for one in datasets:
        resolve(
            _first(one.target, settings.target) or "generic",
            format=_first(one.format, settings.format),
            select=settings.select,
            ignore=(
                *settings.ignore,
                *(name for names in settings.per_file_ignores.values() for name in names),
            ),
            extend_select=settings.extend_select,
            severity=settings.severity,
        )
    _check_parameters(settings.rules)
    for patterns in (settings.include, settings.exclude, list(settings.per_file_ignores)):
        _check_patterns(patterns)
    for dataset in settings.dataset:
        _check_patterns([*dataset.train, *dataset.validation, *dataset.test])


def _check_patterns(patterns: list[str]) -> None:
    if patterns:
        ignore_patterns(tuple(patterns))


def _check_parameters(rules: Mapping[str, Mapping[str, Any]]) -> None:
    for name, parameters in rules.items():
        if name not in all_rules():
            raise ConfigError(f"unknown rule {named(name)} in [rules]{suggest(name, all_rules())}")
        known = all_rules()[name].rule.parameters
        for key, value in parameters.items():
            if key not in known:
                raise ConfigError(f"unknown parameter {named(key)} of the rule `{name}`{suggest(key, known)}")
            if not _fits(value, known[key]):
                kind = _KINDS.get(type(known[key]), "another type")
                raise ConfigError(f"`rules.{name}.{key}` must be {kind}, not {_shown(value)}")


_KINDS = {bool: "true or false", int: "an integer", float: "a number", str: "a string"}


def _fits(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, list | tuple):
        return isinstance(value, list)
    if isinstance(default, float):
        return type(value) in (int, float) and is_finite(value)
    return type(value) is type(default)


def _words(fault: ShapeFault) -> str:
    where = _toml_path(fault.place.pointer)
    expected = [one.strip('"') for one in fault.expected]
    if fault.kind in ("unknown-key", "misplaced-key"):
        return f"unknown key {named(where)}{suggest(fault.name, expected)}"
    if fault.kind == "wrong-type":
        return f"{named(where or 'tool.turnlint')} must be {' or '.join(expected)}, not {_shown(fault.found)}"
    return f"{named(where)} cannot be {_shown(fault.found)}{suggest(str(fault.found), expected)}"


def _shown(value: Any) -> str:
    return quote(f'"{value}"' if isinstance(value, str) else value)


def _toml_path(pointer: Pointer) -> str:
    path = ""
    for step in pointer:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
