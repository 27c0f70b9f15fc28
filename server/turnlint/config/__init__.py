"""From names and layers to `Settings`: the target, its model, and what the user set on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from turnlint.config.columns import Layer as Rows
from turnlint.config.columns import renamed
from turnlint.config.errors import ConfigError, named, suggest
from turnlint.config.models import find_model
from turnlint.config.targets import Layer, Target, Trained, all_targets, get_target
from turnlint.formats import all_formats, get_format
from turnlint.formats.renamed import Names
from turnlint.model import DatasetSettings, RuleSettings, Settings, Severity, TokenSettings, plain_format
from turnlint.rules import EFFECTS, RuleModule, all_rules

__all__ = [
    "ConfigError",
    "Counting",
    "Homes",
    "Target",
    "Trained",
    "all_targets",
    "expand",
    "get_target",
    "resolve",
    "suggest",
]


class Counting(Struct, frozen=True):
    """What the user says of tokens."""

    limit: int = 0
    """Tokens of one example; 0 where nothing is said, and so on."""
    tokenizer: str = ""
    """As in `TokenSettings`."""
    template: str | None = None
    """As in `TokenSettings`."""
    notes: tuple[str, ...] = ()
    """What the user should know of it."""


def resolve(
    target: str = "generic",
    *,
    format: str | None = None,  # noqa: A002 - the word of the settings
    names: Names | None = None,
    stage: str | None = None,
    split: str | None = None,
    dataset: DatasetSettings | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    severity: Mapping[str, str] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    counting: Counting | None = None,
    exempt: Mapping[str, tuple[int, ...]] | None = None,
) -> Settings:
    """Lay all settings over each other.

    Selectors are rule names, family names, `family/rule`, or `ALL`. Without `select`, the rules that are on
    by default or by the target are on. `names` are what the files call the keys and roles of their format.
    A format that the target does not take is left to the rows: they may be in a variant that it takes. Raises
    ConfigError for any name that is not known.
    """
    found, model = get_target(target)
    if format is not None and format not in {one.name for one in all_formats()}:
        known = [one.name for one in all_formats()]
        raise ConfigError(f"unknown format {named(format)}{suggest(format, known)}")
    foreign = format if format and found.formats and not names and format not in found.formats else None
    user = _User(
        None if not (chosen := tuple(select)) else expand(chosen),
        expand(ignore),
        expand(extend_select),
        {name: _severity(name, word) for name, word in (severity or {}).items()},
        parameters or {},
    )
    rules = _layered(found, model, user)
    said = Settings(
        rules,
        target,
        found.title,
        renamed(Rows(None if foreign else format, names or Names()), found.formats, stage),
        stage,
        tuple(found.formats),
        split,
        dataset or DatasetSettings(),
        exempt=exempt or {},
    )
    counted = counting or Counting()
    homes = Homes(said, found, model, user, counted)
    untold = (f"{found.title} does not take `{foreign}`: the rows tell their format.",) if foreign else ()
    notes = (*_notes(found, model, counted), *_unread(found, said.format), *untold, *counted.notes)
    return replace(said, tokens=_tokens(found, model, counted), homes=homes, notes=notes)


_Said: TypeAlias = tuple[str, Layer]
"""The title of a target, and what it says of a rule."""


class _User(Struct, frozen=True):
    """What the user said."""

    select: frozenset[str] | None
    ignore: frozenset[str]
    extend: frozenset[str]
    severity: Mapping[str, Severity]
    parameters: Mapping[str, Mapping[str, Any]]


def _severity(name: str, word: str) -> Severity:
    if name not in all_rules():
        raise ConfigError(f"unknown rule {named(name)} in [severity]{suggest(name, all_rules())}")
    try:
        return Severity.parse(word)
    except KeyError:
        words = ", ".join(one.word for one in Severity)
        raise ConfigError(f"{named(word)} is no severity for `{name}`; use one of {words}") from None


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
            raise ConfigError(f"unknown rule or family {named(selector)}{suggest(name, [*rules, *families])}")
    return frozenset(names)


def _layered(
    target: Target, model: str, user: _User, format_name: str | None = None
) -> dict[str, RuleSettings]:
    layers = [one for one in target.layers(model, format_name) if one[1]]
    settled = {}
    for name, module in all_rules().items():
        said = [(title, layer[name]) for title, layer in layers if name in layer]
        if _is_on(module, said, user):
            settled[name] = _settle(module, said, user)
    return settled


def _is_on(module: RuleModule, said: list[_Said], user: _User) -> bool:
    name = module.name
    if name in user.ignore:
        return False
    if name in user.extend:
        return True
    if user.select is not None:
        return name in user.select
    switches = [layer.on for _, layer in said if layer.on is not None]
    return switches[-1] if switches else module.rule.default


def _settle(module: RuleModule, said: list[_Said], user: _User) -> RuleSettings:
    severity, clause = module.rule.severity, ""
    parameters = dict(module.rule.parameters)
    for title, layer in said:
        if layer.effect:
            words, severity = EFFECTS[layer.effect]
            clause = words.format(target=title)
        if layer.severity:
            severity = Severity.parse(layer.severity)
        parameters |= layer.parameters
    parameters |= user.parameters.get(module.name, {})
    return RuleSettings(user.severity.get(module.name, severity), clause, parameters)


class Homes(Mapping[str, Settings]):
    """The settings that judge the files of a format, where they are not those of the target as they stand.

    Where no target is named, each format is judged by its home. Files as a whole are not, nor are tokens that
    are not the home's: another trainer takes them. They are made when they are asked for.
    """

    def __init__(self, said: Settings, target: Target, model: str, user: _User, counting: Counting) -> None:
        """`said` are the settings of the target as they stand."""
        self._said, self._model, self._user, self._counting = said, model, user, counting
        self._target = target.name
        self._made: dict[str, Settings] = {}
        own = (
            {one.name for one in all_formats() if one.home != target.name} if target.name == "generic" else ()
        )
        self._names = frozenset(own or target.by_format)

    def __getitem__(self, name: str) -> Settings:
        """The settings that judge the files of a format. Raises KeyError where these are the target's own."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def key(self) -> Any:
        """What they depend on, as plain data."""
        return self._target, self._model, to_builtins(self._user), to_builtins(self._counting)

    def _make(self, name: str) -> Settings:
        target = get_target(self._target)[0]
        if target.name != "generic":
            judged = _layered(target, self._model, self._user, name)
            tokens = _tokens(target, self._model, self._counting)
            return replace(self._said, rules=judged, tokens=tokens)
        home = get_target(get_format(name).home)[0]
        tokenizer = self._counting.tokenizer
        is_foreign = tokenizer and not _is_own(_encoding(home, self._model), tokenizer)
        hooks = {"file", "dataset", "tokens"} if is_foreign else {"file", "dataset"}
        others = {rule for rule, module in all_rules().items() if hooks & module.hooks.keys()}
        settled = _layered(home, self._model, self._user, name)
        judged = {rule: how for rule, how in settled.items() if rule not in others}
        judged |= {rule: how for rule, how in self._said.rules.items() if rule in others}
        tokens = _tokens(home, self._model, self._counting)
        return replace(self._said, target_title=home.title, rules=judged, tokens=tokens)


def _tokens(target: Target, model: str, said: Counting) -> TokenSettings:
    """How a target and its model count, and what the user says on top.

    What is known of a model holds for its own vocabulary alone: with another one, its limit says nothing.
    """
    known, trained = find_model(model) if model else None, target.trained(model)
    own = _encoding(target, model)
    tokens = TokenSettings(said.tokenizer or own or target.encoding, said.template, said.limit, model=model)
    if not _is_own(own, tokens.tokenizer):
        return tokens
    limit = trained.limit.tokens if trained and trained.limit else 0
    tokens = replace(tokens, limit=said.limit or limit)
    return replace(tokens, context=known.context, costs=known.costs) if known else tokens


def _encoding(target: Target, model: str) -> str:
    """The encoding of a model, else of what a target trains; empty where it does not ship with turnlint."""
    known = find_model(model) if model else None
    return known.encoding if known else target.encoding


def _is_own(encoding: str, tokenizer: str) -> bool:
    """Whether a tokenizer can be that of a model: a file is taken for it where no encoding is."""
    return tokenizer == encoding if encoding else Path(tokenizer).is_absolute()


def _unread(target: Target, format_name: str | None) -> Iterator[str]:
    """That a target cannot be told what a file calls keys and roles."""
    base = plain_format(format_name or "")
    if format_name and base in target.formats and not target.reads(format_name):
        yield (
            f"{target.title} has no setting for some of the names in `columns` and `roles`: rows are judged "
            f"as if they were renamed before (turnlint convert --to {base})."
        )


def _notes(target: Target, model: str, said: Counting) -> Iterator[str]:
    """What the user should know of a model."""
    trained, known = target.trained(model), find_model(model) if model else None
    tokenizer = said.tokenizer or target.encoding
    limit = trained.limit if trained and not said.limit else None
    if trained and trained.status and trained.status.state == "closed":
        since = f" since {trained.status.on}" if trained.status.on else ""
        yield f"{target.title} takes no new jobs{f' for {model}' if model else ''}{since}."
    if known and not known.encoding and not _is_own("", tokenizer):
        limited = "" if said.limit else ", and no limit is applied"
        yield (
            f"turnlint does not have the vocabulary of {model}: tokens are counted by {tokenizer}{limited} "
            f"(name the model's own tokenizer with --tokenizer, or in [tokens])."
        )
    elif limit and limit.assumed:
        yield f"The limit of {limit.tokens:,} tokens for {model} is an assumption: no document names it."
