"""From names and layers to `Settings`: the target, its model, and what the user set on top.

A target is a TOML file in targets/:

    title = "OpenAI"
    description = "…"
    formats = ["openai-chat"]              # empty: all
    models = ["gpt-4.1"]                   # known names; a model may have [model.NAME.rules.RULE] tables

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
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, field

from turnlint.formats import all_formats
from turnlint.model import RuleSettings, Settings, Severity
from turnlint.rules import EFFECTS, RuleModule, all_rules

__all__ = ["ConfigError", "Target", "all_targets", "expand", "get_target", "resolve", "suggest"]


_TARGETS = Path(__file__).parent.parent / "targets"


class ConfigError(Exception):
    """A setting that cannot be obeyed; the message is for the user."""


class Layer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a target says of one rule."""

    effect: str = ""
    severity: str = ""
    on: bool | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    date: Any = None


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """What differs for one model of a target."""

    rules: dict[str, Layer] = field(default_factory=dict)


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """Who will train on the data, as its TOML file says."""

    title: str
    description: str
    name: str = ""
    formats: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    model: dict[str, Model] = field(default_factory=dict)
    rules: dict[str, Layer] = field(default_factory=dict)


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
    """Look up `target` or `target:model`; gives the target and the model's name, empty where none is named.

    Raises ConfigError for a name that is not known.
    """
    base, _, model = name.partition(":")
    if base not in _target_names():
        raise ConfigError(f"unknown target `{base}`{suggest(base, _target_names())}")
    target = _load(base)
    if model and model not in target.models:
        raise ConfigError(f"unknown model `{model}` of target `{base}`{suggest(model, target.models)}")
    return target, model


def suggest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the known words nearest to a wrong one, or all of them if they are few."""
    from difflib import get_close_matches  # not loaded where nothing is wrong

    known = list(known)
    close = get_close_matches(word, known, 3, 0.6)
    if close:
        return "; did you mean " + " or ".join(f"`{one}`" for one in close) + "?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def resolve(
    target: str = "generic",
    *,
    format: str | None = None,  # noqa: A002 - the word of the settings
    stage: str | None = None,
    split: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    severity: Mapping[str, str] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """Lay all settings over each other.

    Selectors are rule names, family names, `family/rule`, or `ALL`. Without `select`, the rules that are on
    by default or by the target are on. Raises ConfigError for any name that is not known.
    """
    found, model = get_target(target)
    if format is not None and format not in {one.name for one in all_formats()}:
        names = [one.name for one in all_formats()]
        raise ConfigError(f"unknown format `{format}`{suggest(format, names)}")
    user = _User(
        None if not (chosen := tuple(select)) else expand(chosen),
        expand(ignore),
        expand(extend_select),
        {name: _severity(name, word) for name, word in (severity or {}).items()},
        parameters or {},
    )
    rules = _layered(found, model, user)
    accepted = tuple(found.formats)
    homes = {
        name: Settings(judged, target, title, format, stage, accepted, split)
        for name, (title, judged) in _homes(found, rules, user).items()
    }
    return Settings(rules, target, found.title, format, stage, accepted, split, homes)


class _User(Struct, frozen=True):
    """What the user said."""

    select: frozenset[str] | None
    ignore: frozenset[str]
    extend: frozenset[str]
    severity: Mapping[str, Severity]
    parameters: Mapping[str, Mapping[str, Any]]


def _severity(name: str, word: str) -> Severity:
    if name not in all_rules():
        raise ConfigError(f"unknown rule `{name}` in [severity]{suggest(name, all_rules())}")
    try:
        return Severity.parse(word)
    except KeyError:
        words = ", ".join(one.word for one in Severity)
        raise ConfigError(f"`{word}` is no severity for `{name}`; use one of {words}") from None


def expand(selectors: Iterable[str]) -> frozenset[str]:
    """Turn selectors into the names of the rules they mean. Raises ConfigError for one that means none."""
    rules = all_rules()
    families = {one.family for one in rules.values()}
    names: set[str] = set()
    for selector in selectors:
        family, _, name = selector.rpartition("/")
        if selector == "ALL":
            names |= rules.keys()
        elif selector in families:
            names |= {one.name for one in rules.values() if one.family == selector}
        elif name in rules and family in ("", rules[name].family):
            names.add(name)
        else:
            raise ConfigError(f"unknown rule or family `{selector}`{suggest(name, [*rules, *families])}")
    return frozenset(names)


def _layered(target: Target, model: str, user: _User) -> dict[str, RuleSettings]:
    layers = [target.rules]
    if model in target.model:
        layers.append(target.model[model].rules)
    settled = {}
    for name, module in all_rules().items():
        said = [layer[name] for layer in layers if name in layer]
        if _is_on(module, said, user):
            settled[name] = _settle(module, said, target.title, user)
    return settled


def _is_on(module: RuleModule, said: list[Layer], user: _User) -> bool:
    name = module.name
    if name in user.ignore:
        return False
    if name in user.extend:
        return True
    if user.select is not None:
        return name in user.select
    switches = [layer.on for layer in said if layer.on is not None]
    return switches[-1] if switches else module.rule.default


def _settle(module: RuleModule, said: list[Layer], title: str, user: _User) -> RuleSettings:
    severity, clause = module.rule.severity, ""
    parameters = dict(module.rule.parameters)
    for layer in said:
        if layer.effect:
            words, severity = EFFECTS[layer.effect]
            clause = words.format(target=title)
        if layer.severity:
            severity = Severity.parse(layer.severity)
        parameters |= layer.parameters
    parameters |= user.parameters.get(module.name, {})
    return RuleSettings(user.severity.get(module.name, severity), clause, parameters)


def _homes(
    target: Target, rules: Mapping[str, RuleSettings], user: _User
) -> dict[str, tuple[str, dict[str, RuleSettings]]]:
    """Where no target is named, each format is judged by its home, but files as a whole are not."""
    if target.name != "generic":
        return {}
    about_files = {name for name, module in all_rules().items() if "file" in module.hooks}
    homes = {}
    for one in all_formats():
        if one.home != target.name:
            home = _load(one.home)
            judged = {name: how for name, how in _layered(home, "", user).items() if name not in about_files}
            kept = {name: how for name, how in rules.items() if name in about_files}
            homes[one.name] = (home.title, judged | kept)
    return homes
