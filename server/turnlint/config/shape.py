"""What a settings file may hold, declared once: for reading it, its JSON Schema and its page in docs/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType, field

from turnlint.config import ConfigError, resolve, suggest
from turnlint.config.errors import named, shown
from turnlint.config.parameters import check_parameters
from turnlint.config.patterns import ignore_patterns
from turnlint.formats.renamed import Names
from turnlint.formats.shape import Shape, faults, note
from turnlint.model import Pointer, Severity, ShapeFault
from turnlint.text.ready import ready

__all__ = [
    "SEVERITIES",
    "Amount",
    "Dataset",
    "Exemption",
    "SettingsFile",
    "checked",
    "described",
    "first",
    "names_in",
]

_TABLE = {"an object": "a table"}
"""What JSON calls otherwise than TOML."""
SEVERITIES = tuple(one.word for one in reversed(Severity))

Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
_Stage: TypeAlias = Literal["sft", "preference", "reinforcement"]
_Severity: TypeAlias = Literal["error", "warning", "info", "hint"]
_Patterns: TypeAlias = list[str]
_Columns: TypeAlias = Annotated[
    dict[str, str],
    note(
        'What the files call the keys of the format: `prompt = "question"`; a key of the objects in another '
        'is written `"messages.role" = "from"`. An empty name says that a key is not read. Without '
        "`format`, it is the one whose required keys these are.",
        examples=[{"prompt": "question", "completion": "answer"}],
    ),
]
_Roles: TypeAlias = Annotated[
    dict[str, str],
    note(
        "The roles as the files have them, each with the role of the format that it means: "
        '`roles = { human = "user", bot = "assistant" }`, beside `format` or `columns`. One that is meant by '
        "others is no longer called by its own name, unless that is listed, too. An empty one says that a "
        "role means nothing.",
    ),
]
_Schema: TypeAlias = (
    Annotated[
        str,
        note(
            "The path of a JSON Schema of your own, relative to the settings file and below its folder: "
            "rows are held against it. Where no format is named, nothing else is asked of what they say.",
            examples=["schemas/row.json"],
        ),
    ]
    | UnsetType
)
_Selectors: TypeAlias = list[str]


class Dataset(Shape):
    """Files that belong together: their rows are compared with each other.

    Tables with the same name are one data set, in several stages. Files that no table names are one where
    their names differ in the word for the split alone, as `train.jsonl` and `valid.jsonl` do.
    """

    owner = "dataset"

    name: (
        Annotated[
            str,
            note(
                "The name of the data set. The rows of all tables that have it are compared.",
                examples=["support"],
            ),
        ]
        | UnsetType
    ) = UNSET
    train: Annotated[_Patterns, note("The files to train on.", examples=[["data/train*.jsonl"]])] = field(
        default_factory=list
    )
    validation: Annotated[_Patterns, note("The files to validate with.", examples=[["data/valid.jsonl"]])] = (
        field(default_factory=list)
    )
    test: Annotated[_Patterns, note("The files to test with.", examples=[["data/test.jsonl"]])] = field(
        default_factory=list
    )
    stage: Annotated[_Stage, note("The training method.", examples=["sft"])] | UnsetType = UNSET
    format: Annotated[str, note("The format of the rows.", examples=["openai-chat"])] | UnsetType = UNSET
    columns: _Columns = field(default_factory=dict)
    roles: _Roles = field(default_factory=dict)
    schema: _Schema = UNSET
    target: Annotated[str, note("Who will train on it.", examples=["openai:gpt-4.1-mini"])] | UnsetType = (
        UNSET
    )
    grader: (
        Annotated[
            str,
            note(
                "The path of the grader of a reinforcement set, as JSON, relative to the settings file and "
                "below its folder: every field that its templates read must be in every row.",
                examples=["grader.json"],
            ),
        ]
        | UnsetType
    ) = UNSET


class Tokens(Shape, rename="kebab"):
    """How the tokens of an example are counted. Paths are relative to the settings file."""

    owner = "tokens"

    limit: (
        Annotated[Amount, note("So many tokens of an example are trained on.", examples=[4096])] | UnsetType
    ) = UNSET
    tokenizer: (
        Annotated[
            str,
            note(
                "An encoding (`o200k_base`), the path of a `tokenizer.json` or of the folder of a model, "
                "or a model in the cache of the Hugging Face hub (`ORGANISATION/NAME`).",
                examples=["o200k_base"],
            ),
        ]
        | UnsetType
    ) = UNSET
    chat_template: (
        Annotated[
            str,
            note(
                "The path of the file with the chat template, where it is not beside the tokenizer. "
                "A template is used only where the user trusts it.",
                examples=["model/chat_template.jinja"],
            ),
        ]
        | UnsetType
    ) = UNSET


class Exemption(Shape):
    """Rules whose findings are not told in some files, and why. The rules are asked all the same.

    So turnlint can say when an exception hides nothing any more.
    """

    owner = "exception"

    rules: Annotated[
        _Selectors, note("The rules and families.", min_length=1, examples=[["consistency", "unknown-role"]])
    ]
    reason: Annotated[
        str,
        note("Why, for whoever reads the settings.", min_length=1, examples=["imported in 2024, reviewed"]),
    ]
    paths: (
        Annotated[_Patterns, note("The files; else all.", min_length=1, examples=[["data/legacy/*.jsonl"]])]
        | UnsetType
    ) = UNSET
    until: (
        Annotated[date, note("The last day on which it holds; else it has no end.", examples=["2027-03-31"])]
        | UnsetType
    ) = UNSET


class SettingsFile(Shape, rename="kebab"):
    """The settings of turnlint, as `turnlint.toml` or `[tool.turnlint]` of `pyproject.toml` holds them."""

    owner = "settings"

    target: (
        Annotated[
            str,
            note("Who will train on the data: `TARGET` or `TARGET:MODEL`.", examples=["openai:gpt-4.1-mini"]),
        ]
        | UnsetType
    ) = UNSET
    format: (
        Annotated[
            str, note("The format of the rows; else they tell it themselves.", examples=["openai-chat"])
        ]
        | UnsetType
    ) = UNSET
    columns: _Columns = field(default_factory=dict)
    roles: _Roles = field(default_factory=dict)
    schema: _Schema = UNSET
    stage: Annotated[_Stage, note("The training method.", examples=["sft"])] | UnsetType = UNSET
    select: Annotated[
        _Selectors,
        note("The rules and families that are on.", examples=[["schema", "roles", "unanswered-call"]]),
    ] = field(default_factory=list)
    ignore: Annotated[
        _Selectors,
        note(
            "The rules and families that are off.",
            examples=[["near-duplicate", "content/refusal-boilerplate"]],
        ),
    ] = field(default_factory=list)
    extend_select: Annotated[
        _Selectors, note("Rules and families to switch on besides.", examples=[["prefix-diverges"]])
    ] = field(default_factory=list)
    include: Annotated[
        _Patterns,
        note(
            "The files to check in folders, even where .gitignore has them; else all JSONL files.",
            examples=[["data/**/*.jsonl"]],
        ),
    ] = field(default_factory=list)
    exclude: Annotated[
        _Patterns, note("Files and folders to leave out.", examples=[["data/raw/", "*.draft.jsonl"]])
    ] = field(default_factory=list)
    severity: Annotated[
        dict[str, _Severity], note("Severities by rule.", examples=[{"consecutive-assistant": "info"}])
    ] = field(default_factory=dict)
    per_file_ignores: Annotated[
        dict[str, _Selectors],
        note(
            "Rules and families that are off in the files of a pattern.",
            examples=[{"data/legacy/*.jsonl": ["consistency"]}],
        ),
    ] = field(default_factory=dict)
    exception: Annotated[
        list[Exemption], note("Findings that are not told, with a reason and, if you like, until a day.")
    ] = field(default_factory=list)
    fail_on: (
        Annotated[_Severity, note("The least severity that makes the check fail.", examples=["error"])]
        | UnsetType
    ) = UNSET
    trainer_configs: Annotated[
        bool,
        note(
            "Whether target, format and columns are taken from the configs of trainers beside the data or "
            "above, where they are not set: `dataset_info.json` of LLaMA-Factory, YAML of Axolotl and "
            "TRL.",
            examples=[False],
        ),
    ] = True
    tokens: Annotated[Tokens, note("How tokens are counted.")] = field(default_factory=Tokens)
    dataset: Annotated[list[Dataset], note("Files that belong together.")] = field(default_factory=list)
    rules: Annotated[
        dict[str, dict[str, Any]],
        note("Parameters by rule.", examples=[{"exact-duplicate": {"max_copies": 3}}]),
    ] = field(default_factory=dict)


def checked(document: Any) -> SettingsFile:
    """Turn a table into settings, or say what is wrong with it."""
    for fault in sorted(faults(SettingsFile, document), key=lambda one: one.kind == "missing-key"):
        raise ConfigError(_words(fault))  # an unknown key may be the missing one
    for name, word in document.get("severity", {}).items():
        if word not in SEVERITIES:
            raise ConfigError(f"`severity.{name}` cannot be {shown(word)}{suggest(str(word), SEVERITIES)}")
    for pattern, selectors in document.get("per-file-ignores", {}).items():
        if not isinstance(selectors, list) or not all(isinstance(one, str) for one in selectors):
            raise ConfigError(f"{named(f'per-file-ignores.{pattern}')} must be an array of strings")
    for name, table in document.get("rules", {}).items():
        if not isinstance(table, dict):
            raise ConfigError(f"{named(f'rules.{name}')} must be a table, not {shown(table)}")
    for path, one in (("", document), *_tables(document)):
        _check_strings(path, one)
    limit = document.get("tokens", {}).get("limit", 1)
    if limit < 1:
        raise ConfigError(f"`tokens.limit` must be 1 or more, not {shown(limit)}")
    settings = msgspec.convert(document, ready(SettingsFile))
    _check_names(settings)
    return settings


def _tables(document: Any) -> Iterator[tuple[str, Any]]:
    """The tables of data sets, with the ways to them."""
    for number, one in enumerate(document.get("dataset", [])):
        yield f"dataset[{number}].", one


def _check_strings(path: str, table: Mapping[str, Any]) -> None:
    """Refuse names of columns and roles that are none."""
    for key in ("columns", "roles"):
        for name, word in table.get(key, {}).items():
            if not isinstance(word, str):
                hint = f': write `"{name}.…" = …`' if isinstance(word, dict) else ""
                raise ConfigError(f"{named(f'{path}{key}.{name}')} must be a string, not {shown(word)}{hint}")


def described(one: Exemption) -> str:
    """An exception as messages name it."""
    where = " in " + ", ".join(map(named, one.paths)) if one.paths else ""
    return f"the exception for {', '.join(map(named, one.rules))}{where}"


def _check_names(settings: SettingsFile) -> None:
    """Refuse names that mean nothing, wherever the file has them, and patterns that are none."""
    datasets: list[Dataset | SettingsFile] = [settings, *settings.dataset]
    for one in datasets:
        resolve(
            first(one.target, settings.target) or "generic",
            format=first(one.format, settings.format),
            names=names_in(one),
            select=settings.select,
            ignore=chain(
                settings.ignore,
                *settings.per_file_ignores.values(),
                *(one.rules for one in settings.exception),
            ),
            extend_select=settings.extend_select,
            severity=settings.severity,
        )
    check_parameters(settings.rules)
    for patterns in _pattern_lists(settings):
        ignore_patterns(tuple(patterns))


def _pattern_lists(settings: SettingsFile) -> Iterator[Iterable[str]]:
    yield from (settings.include, settings.exclude, settings.per_file_ignores)
    for dataset in settings.dataset:
        yield from (dataset.train, dataset.validation, dataset.test)
    yield from (one.paths or () for one in settings.exception)


def _words(fault: ShapeFault) -> str:
    where = _toml_path(fault.place.pointer)
    expected = [_TABLE.get(one, one).strip('"') for one in fault.expected]
    if fault.kind in ("unknown-key", "misplaced-key"):
        return f"unknown key {named(where)}{suggest(fault.name, expected)}"
    if fault.kind == "missing-key":
        if not fault.found:  # an empty string
            return f"{named(where)} must not be empty"
        return f"{named(where)}: {fault.expected[0]}" if expected else f"{named(where)} needs `{fault.name}`"
    if fault.kind == "too-few-items":
        return f"{named(where)} must not be empty"
    if fault.kind == "wrong-type":
        return f"{named(where or 'tool.turnlint')} must be {' or '.join(expected)}, not {shown(fault.found)}"
    return f"{named(where)} cannot be {shown(fault.found)}{suggest(str(fault.found), expected)}"


def _toml_path(pointer: Pointer) -> str:
    path = ""
    for step in pointer:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def names_in(one: Dataset | SettingsFile) -> Names:
    """What a table says that files call the keys and roles of their format."""
    return Names(one.columns, one.roles)


def first(*values: str | UnsetType | None) -> str | None:
    """The first that is said."""
    return next((one for one in values if isinstance(one, str)), None)
