"""Show the settings of a file or folder, and where each comes from.

examples:
  turnlint config                      Show what holds in this folder
  turnlint config data/train.jsonl --target azure
  turnlint config --key tokens.limit   Explain a setting
  turnlint config --output-format json
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from turnlint.cli._baseline import relative
from turnlint.cli._explaining import LONGEST, cut, explained
from turnlint.cli._options import add_settings_options, say_notes, settings_finder
from turnlint.cli._output import add_text_or_json_option
from turnlint.cli._streams import Output, UsageError, harmless
from turnlint.cli._tables import as_json, table
from turnlint.config.datasets import files_of
from turnlint.config.discovery import SettingsFinder, absolute
from turnlint.config.inline import is_inline, read_inline
from turnlint.config.origins import Said, judged_rules, said_of
from turnlint.config.shape import first
from turnlint.config.toml import dotted
from turnlint.config.trainers import Found
from turnlint.engine.splits import SPLITS
from turnlint.formats.renamed import name_of, names_of
from turnlint.model import Settings, plain_format
from turnlint.rules import all_rules, quote
from turnlint.text.label import counted
from turnlint.text.units import without_surrogates

_BY_OPTION = (
    ("target", "target"),
    ("format", "format"),
    ("stage", "stage"),
    ("select", "select"),
    ("ignore", "ignore"),
    ("extend_select", "extend-select"),
    ("tokenizer", "tokens.tokenizer"),
    ("chat_template", "tokens.chat-template"),
    ("token_limit", "tokens.limit"),
)
"""What options set, and which settings that are."""
_OF_ROWS = ("format", "columns", "roles")
"""Settings that say what the rows are."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", nargs="?", default=os.curdir, metavar="PATH", help="A file or folder")
    parser.add_argument("--key", metavar="KEY", help="Explain this setting, such as tokens.limit")
    add_text_or_json_option(parser.add_argument)
    add_settings_options(parser)


def run(args: argparse.Namespace, output: Output) -> int:
    """Print the settings."""
    path = absolute(args.path)
    if not os.path.lexists(path):
        raise UsageError(f"{args.path}: no such file or folder")
    finder = settings_finder(args)
    view = _View(args, finder, path)
    if args.key is not None:
        shown = harmless(explained(args.key, view.said))
    elif args.output_format == "json":
        shown = as_json(view.object())
    else:
        shown = harmless(view.text())
    output.write(shown)
    say_notes(view.settings, set())
    return 0


class _Fact(Struct, frozen=True):
    """What holds, and where it comes from."""

    name: str
    value: str
    origin: str = ""


class _View:
    """All that is to be told of one path."""

    def __init__(self, args: argparse.Namespace, finder: SettingsFinder, path: Path) -> None:
        self.config = finder.config(path if path.is_dir() else path.parent)
        self.settings = finder.resolve(self.config, path)
        self.name = str(relative(self.config.path)) if self.config.path else ""
        inline = read_inline(filter(is_inline, args.config))
        self.said = said_of(self.config, self.name, inline, list(_options(args)))
        trainer = finder.trainer(self.config, path)
        self.said += _by_trainer(trainer, self.settings, self.said) if trainer else ()
        self._path = None if path.is_dir() else path
        self._origins = {".".join(map(str, one.keys)): one.origin for one in self.said}
        listing = self.config.dataset_of(path)
        self._table = f"dataset.{listing.number}." if listing else ""

    def text(self) -> str:
        """The view for people."""
        parts = [
            ("", self._facts()),
            ("also set", self._others()),
            ("data sets", self._datasets()),
            ("exceptions", self._exceptions()),
            ("rules that differ from their defaults", self._rules()),
        ]
        shown = (
            f"{title}:\n{_lines(facts, indent='  ')}" if title else _lines(facts) for title, facts in parts
        )
        on = len(self.settings.rules)
        count = f"{counted(on, 'rule')} of {len(all_rules())} are on; --output-format json lists them.\n"
        return "\n".join([*(one for one in shown if one[-2:] != ":\n"), count])

    def object(self) -> dict[str, Any]:
        """The view for programs."""
        return {
            "path": without_surrogates(str(self._path or self.config.root)),
            "file": without_surrogates(self.name) or None,
            "holds": {
                one.name: {
                    "value": without_surrogates(one.value),
                    "origin": without_surrogates(one.origin),
                }
                for one in self._facts()
            },
            "said": [
                {"key": dotted(one.keys), "value": one.value, "origin": without_surrogates(one.origin)}
                for one in self.said
            ],
            "datasets": [
                {
                    "table": number,
                    "files": {split: [_name(one) for one in found] for split, found in files},
                }
                for number, files in self._files()
            ],
            "rules": {
                f"{all_rules()[name].family}/{name}": {
                    "severity": one.severity.word,
                    "effect": one.effect,
                    "parameters": one.parameters,
                }
                for name, one in self.settings.rules.items()
            },
            "differing": [
                {
                    "rule": f"{one.rule.family}/{one.rule.name}",
                    "severity": one.settings.severity.word if one.settings else "off",
                    "default": one.rule.rule.severity.word if one.rule.rule.default else "off",
                    "origin": without_surrogates(one.origin),
                }
                for one in judged_rules(self.config, self._path, self.settings, self.said)
            ],
        }

    def origin(self, *keys: str) -> str:
        """Where the value comes from that holds for the path: the first of these settings that is said."""
        for key in keys:
            run = self._origins.get(key, "")
            if run.startswith(("-", "TURNLINT_")):
                return run
            table = self._origins.get(self._table + key, "") if self._table else ""
            if table or run:
                return table or run
        return "default"

    def _facts(self) -> list[_Fact]:
        settings, dataset = self.settings, self.settings.dataset
        names = names_of(settings.format or "")
        split = dataset.listed[:1]
        found: list[tuple[str, str | None, tuple[str, ...]]] = [
            ("settings file", self.name or "none", ()),
            (
                "target",
                settings.target + "; each format is judged by its home" * settings.is_assumed("openai-chat"),
                ("target",),
            ),
            ("format", plain_format(settings.format or "") or "as the rows tell", ("format",)),
            ("columns", _named(names.columns), _ways("columns", names.columns)),
            ("roles", _named(names.roles), _ways("roles", names.roles)),
            ("stage", settings.stage or "as the format says", ("stage",)),
            ("data set", quote(dataset.name) if dataset.name else None, ("name",)),
            ("split", " and ".join(dataset.listed) or settings.split, split),
            ("schema", _schema(settings), ("schema",)),
            ("grader reads", ", ".join(map(quote, _fields(settings))) or None, ("grader",)),
            ("fail on", first(self.config.settings.fail_on) or "warning", ("fail-on",)),
            *_tokens(settings),
        ]
        told = [(name, value, self.origin(*keys) if keys else "") for name, value, keys in found if value]
        return [_Fact(*one) for one in told]

    def _others(self) -> Iterator[_Fact]:
        """What is set besides, and is no part of a table that is shown elsewhere."""
        elsewhere = {"target", *_OF_ROWS, "schema", "stage", "fail-on", "dataset", "exception"}
        for one in self.said:
            if one.keys[0] not in elsewhere and one.keys[:1] != ("tokens",):
                yield _Fact(dotted(one.keys), cut(one.value), one.origin)

    def _files(self) -> Iterator[tuple[int, list[tuple[str, list[Path]]]]]:
        for number, one in enumerate(self.config.settings.dataset):
            found = files_of(self.config, one)
            yield number, [(split, found[split]) for split in SPLITS if getattr(one, split)]

    def _datasets(self) -> Iterator[_Fact]:
        for number, files in self._files():
            one = self.config.settings.dataset[number]
            for split, found in files:
                title = " ".join(filter(None, (one.name or f"{number + 1}", one.stage or "", split)))
                words = f"{counted(len(found), 'file')} of {cut(getattr(one, split))}"
                yield _Fact(
                    quote(title).strip("`"), words, self._origins.get(f"dataset.{number}.{split}", "")
                )

    def _exceptions(self) -> Iterator[_Fact]:
        holding = {number for numbers in self.settings.exempt.values() for number in numbers}
        entries = enumerate(self.config.settings.exception)
        about = self.config.exemptions(self._path) if self._path else entries
        for number, one in about:
            end = f"; until {one.until}" if one.until else ""
            ended = ", which is over" if end and self._path and number not in holding else ""
            words = f"{quote(one.reason, LONGEST)}{end}{ended}"
            yield _Fact(cut(one.rules), words, self._origins.get(f"exception.{number}.rules", ""))

    def _rules(self) -> Iterator[_Fact]:
        for one in judged_rules(self.config, self._path, self.settings, self.said):
            words = one.settings.severity.word if one.settings else "off"
            usual = one.rule.rule.parameters
            for key, value in one.settings.parameters.items() if one.settings else ():
                if value != usual.get(key):
                    words += f", {key} = {cut(value)}"
            yield _Fact(f"{one.rule.family}/{one.rule.name}", words, one.origin)


def _named(names: Mapping[str, str]) -> str | None:
    """What a file calls keys or roles, in a line, but for those that mean nothing."""
    return ", ".join(f"{quote(one)} = {quote(other)}" for one, other in names.items() if other) or None


def _ways(table: str, names: Iterable[str]) -> tuple[str, ...]:
    """The settings of a table."""
    return tuple(f"{table}.{one}" for one in names)


def _lines(facts: Iterable[_Fact], indent: str = "") -> str:
    rows = [
        (f"{indent}{one.name}" + ":" * (not indent), one.value, one.origin and f"({one.origin})")
        for one in facts
    ]
    return table(rows) if rows else ""


def _name(path: Path) -> str:
    return without_surrogates(str(relative(path)))


def _options(args: argparse.Namespace) -> Iterator[Said]:
    """What the options of the command line and their variables say."""
    for dest, key in _BY_OPTION:
        value = getattr(args, dest)
        if value not in (None, []):
            origin = args.variables.get(dest, "--" + dest.replace("_", "-"))
            words = (
                [word.strip() for one in value for word in one.split(",")]
                if isinstance(value, list)
                else value
            )
            yield Said(tuple(key.split(".")), words, origin)


def _by_trainer(found: Found, settings: Settings, said: Iterable[Said]) -> Iterator[Said]:
    """What holds by the config of a trainer, where nobody else has said it."""
    origin, names = str(relative(found.path)), found.rows.names
    others = {one.keys[0] for one in said}
    if found.target and "target" not in others:
        yield Said(("target",), found.target, origin)
    if settings.format == name_of(found.rows.format or "", names) and others.isdisjoint(_OF_ROWS):
        yield Said(("format",), found.rows.format, origin)
        for table, words in (("columns", names.columns), ("roles", names.roles)):
            yield from (Said((table, key), word, origin) for key, word in words.items())


def _fields(settings: Settings) -> Iterable[str]:
    """What the grader of the data set reads of each row."""
    rule = settings.rules.get("missing-grader-item")
    return rule.parameters["fields"] if rule else ()


def _schema(settings: Settings) -> str | None:
    """The path of the user's own schema of rows."""
    rule = settings.rules.get("schema-mismatch")
    return quote(rule.parameters["path"]) if rule and rule.parameters["path"] else None


def _tokens(settings: Settings) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
    """How tokens are counted, and how many may be; each with the settings that may say so."""
    tokens = settings.tokens
    limits = {f" ({one.target_title})": one.tokens.limit for one in settings.homes.values()}
    if tokens.limit or not limits:
        limits = {"": tokens.limit}
    yield "model", tokens.model, ("target",)
    yield "tokenizer", tokens.tokenizer, ("tokens.tokenizer", "target")
    yield "chat template", tokens.template, ("tokens.chat-template", "tokens.tokenizer")
    shown = ", ".join(f"{n:,}{whose}" for whose, n in limits.items() if n)
    yield "token limit", shown or "not known", ("tokens.limit", "target")
