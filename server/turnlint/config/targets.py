"""What is known of targets: one TOML file for each, in targets/.

title = "OpenAI"
description = "…"
extends = "hf-datasets"                # whose rules hold here too
formats = ["openai-chat"]              # empty: all
encoding = "o200k_base"                # where no model is named, as the limit of tokens an example
limit = { tokens = 65536, source = "…", date = 2026-06-01 }
status = { state = "closing", on = 2027-01-06, source = "…" }    # or open, by invitation, closed: to new jobs

[model."gpt-4.1"]                      # that it trains; without such tables, every model that is known
limit = { tokens = 65536, source = "…", assumed = true }         # no document names it
rules.model-lacks-vision = { on = true }                         # as below

[format."openai-preference".rules]       # of the files of one format, as below
too-few-examples = { on = false }

[renames]                              # what settings of its own may call otherwise; without it, nothing
source = "…"
keys = { chat = ["messages", "messages.*", "roles"], alpaca = ["*"] }    # by format, as patterns

[rules.last-not-assistant]
effect = "refuses-file"                # a key of turnlint.rules.EFFECTS
severity = "error"                     # where it does not follow from the effect
on = true                              # switches a rule on or off
parameters = { maximum = 10 }
source = "…"
date = 2026-08-21
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, convert, field
from msgspec.structs import replace

from turnlint.config.errors import ConfigError, named, suggest
from turnlint.config.models import Model, all_models, bare, find_model, longest, plain
from turnlint.formats.renamed import names_of
from turnlint.model import TokenSettings, plain_format

__all__ = ["Layer", "Target", "Trained", "all_targets", "get_target"]

_TARGETS = Path(__file__).parent.parent / "targets"


class Layer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a target says of one rule."""

    effect: str = ""
    severity: str = ""
    on: bool | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    date: Any = None


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """So many tokens of one example are trained on."""

    tokens: int
    source: str
    date: Any = None
    assumed: bool = False
    """No document names it; rules that go by it are advice then."""

    def __str__(self) -> str:
        return f"{self.tokens:,} tokens" + " (assumed)" * self.assumed


class Status(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether new training jobs are taken."""

    state: Literal["open", "by invitation", "closing", "closed"]
    source: str
    on: date | None = None
    """The day on which it closes or was closed, where that is known."""
    date: Any = None

    def __str__(self) -> str:
        words = {"closing": "closes on", "closed": "closed since"} if self.on else {}
        return f"{words[self.state]} {self.on}" if self.state in words else self.state


class Trained(Struct, frozen=True, forbid_unknown_fields=True):
    """What a target says of one model that it trains."""

    limit: Limit | None = None
    status: Status | None = None
    rules: dict[str, Layer] = field(default_factory=dict)


class FormatLayer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a target says of the files of one format."""

    rules: dict[str, Layer] = field(default_factory=dict)


class Renames(Struct, frozen=True, forbid_unknown_fields=True):
    """What settings of a trainer may call otherwise than its formats do."""

    keys: dict[str, list[str]]
    """By format the keys, as patterns of what `columns` names; `roles` stands for the roles."""
    source: str
    date: Any = None


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """Who will train on the data, as its TOML file says."""

    title: str
    description: str
    name: str = ""
    extends: str = ""
    """The target whose rules hold here too, in its own name; empty for none."""
    formats: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    """What its own configs call formats, as `config.trainers` reads them, and which these are."""
    renames: Renames | None = None
    encoding: str = TokenSettings().tokenizer
    limit: Limit | None = None
    status: Status | None = None
    models: dict[str, Trained] = field(name="model", default_factory=dict)
    rules: dict[str, Layer] = field(default_factory=dict)
    by_format: dict[str, FormatLayer] = field(name="format", default_factory=dict)

    def reads(self, format_name: str) -> bool:
        """Whether it can be told what this format says that a file calls keys and roles, if it says any.

        Who takes every format asks for none.
        """
        names = names_of(format_name)
        called = [key for key, name in names.columns.items() if name] + ["roles"] * bool(names.roles)
        patterns = self.renames.keys.get(plain_format(format_name), ()) if self.renames else ()
        return not self.formats or all(any(fnmatchcase(key, one) for one in patterns) for key in called)

    def layers(self, model: str, format_name: str | None = None) -> Iterator[tuple[str, Mapping[str, Layer]]]:
        """What is said of rules, the general first, each with the title of the target that says it.

        Of a model, and of the files of a format, where they are named.
        """
        if self.extends:
            yield from _load(self.extends).layers("", format_name)
        yield self.title, self.rules
        trained = self.trained(model)
        if trained:
            yield self.title, trained.rules
        if format_name in self.by_format:
            yield self.title, self.by_format[format_name].rules

    def trained(self, model: str) -> Trained | None:
        """What it says of a model, by its plain name or none; None where it does not train that one."""
        if not model:
            return Trained(self.limit, self.status)
        names = {plain(name): name for name in self.models}
        found = longest(model, names)
        if found is None or find_model(found) is not find_model(model):
            return None if self.models else Trained(status=self.status)
        one = self.models[names[found]]
        return one if one.status else replace(one, status=self.status)

    def listed(self) -> Iterator[tuple[str, Trained, Model]]:
        """The models that it lists, all that are known where no target is named; and what is said of each."""
        for name in all_models() if self.name == "generic" else self.models:
            trained, known = self.trained(plain(name)), find_model(name)
            if trained and known:
                yield name, trained, known


def all_targets() -> Mapping[str, Target]:
    """Every target by name."""
    return {name: _load(name) for name in _target_names()}


@cache
def _target_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _TARGETS.glob("*.toml")))


@cache
def _load(name: str) -> Target:
    data = tomllib.loads((_TARGETS / f"{name}.toml").read_text(encoding="utf-8"))
    return convert({"name": name, **data}, Target)


def get_target(name: str) -> tuple[Target, str]:
    """Look up `target` or `target:model`; gives the target and the plain name of the model, or no name.

    Raises ConfigError for a name that is not known, and for a model that the target does not train.
    """
    base, colon, model = name.partition(":")
    if base not in _target_names():
        whole = " or ".join(_training(name))
        words = f"; did you mean {whole}?" if whole else suggest(base, _target_names())
        raise ConfigError(f"unknown target {named(base)}{words}")
    target, found = _load(base), plain(model)
    if colon and find_model(model) is None:
        known = target.models or all_models()
        words = suggest(bare(found), known) or f"; `turnlint target {base}` lists them"
        raise ConfigError(f"unknown model {named(model)} of target `{base}`{words}")
    if target.trained(found) is None:
        trained = ", ".join(target.models)
        raise ConfigError(f"{target.title} does not train {named(model)}; it trains {trained}")
    return target, found


def _training(model: str) -> Iterator[str]:
    """The targets that list a model, as they are named with it."""
    if find_model(model):
        for one in all_targets().values():
            if one.models and one.trained(plain(model)):
                yield f"`{one.name}:{plain(model)}`"
