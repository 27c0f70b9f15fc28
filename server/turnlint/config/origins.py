"""Where each setting comes from: what is said of one path, by whom, and why a rule is as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from turnlint.config import expand
from turnlint.config.discovery import Config, document_of
from turnlint.config.errors import ConfigError
from turnlint.config.inline import INLINE
from turnlint.config.shape import first
from turnlint.config.toml import Keys, leaves, lines_of
from turnlint.model import RuleSettings, Settings
from turnlint.rules import RuleModule, all_rules

__all__ = ["Judged", "Said", "judged_rules", "said_of"]

_PROJECT: Keys = ("tool", "turnlint")
_ADDED: tuple[Keys, ...] = (("ignore",), ("extend-select",))
"""What options add to what is said already."""


class Said(Struct, frozen=True):
    """One setting, as somebody has made it."""

    keys: Keys
    value: Any
    origin: str
    """`FILE:LINE`, an option, or a variable."""


class Judged(Struct, frozen=True):
    """A rule that is not as it is by default."""

    rule: RuleModule
    settings: RuleSettings | None
    """None where it is off."""
    origin: str


def said_of(config: Config, name: str, inline: Mapping[str, Any], options: Sequence[Said]) -> list[Said]:
    """What is set for the files of a settings file, which is to be called by a name: of each key what counts.

    What is said inline wins over the file, and options win over both, or add to them.
    """
    found = {one.keys: one for one in _in_file(config.path, name)} if config.path else {}
    for keys, value in leaves(inline):
        for old in [one for one in found if one[: len(keys)] == keys]:
            del found[old]
        found[keys] = Said(keys, value, INLINE)
    added = [one for one in options if one.keys in _ADDED]
    return [*(found | {one.keys: one for one in options if one.keys not in _ADDED}).values(), *added]


def judged_rules(
    config: Config, path: Path | None, settings: Settings, said: Iterable[Said]
) -> Iterator[Judged]:
    """The rules that are on though they are off by default, the other way round, or judged otherwise."""
    origins = {one.keys: one.origin for one in said}
    switches = _switches(config, path, said)
    for name, module in all_rules().items():
        now, by_default = settings.rules.get(name), module.rule.default
        if now is None:
            if by_default:
                origin = next((where for where, names in switches["off"] if name in names), "")
                yield Judged(module, None, origin or _selected(origins) or f"target {settings.target}")
            continue
        usual = RuleSettings(module.rule.severity, parameters=module.rule.parameters)
        if by_default and (now.severity, now.parameters) == (usual.severity, usual.parameters):
            continue
        own = [where for keys, where in origins.items() if keys[:2] in (("severity", name), ("rules", name))]
        on = [where for where, names in switches["on"] if name in names and not by_default]
        yield Judged(module, now, ", ".join(dict.fromkeys([*own, *on])) or f"target {settings.target}")


def _switches(
    config: Config, path: Path | None, said: Iterable[Said]
) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Who switches rules off and on, and which."""
    found: dict[str, list[tuple[str, frozenset[str]]]] = {"off": [], "on": []}
    for one in said:
        head, *rest = one.keys
        about = rest[:1] if head == "per-file-ignores" and path else ()
        if head == "ignore" or (path and config.matches(map(str, about), path)):
            found["off"].append((one.origin, expand(one.value)))
        elif head in ("select", "extend-select"):
            found["on"].append((one.origin, expand(one.value)))
    return found


def _selected(origins: Mapping[Keys, str]) -> str:
    """Who says which rules are on, so that all others are off."""
    return first(origins.get(("select",))) or ""


def _in_file(path: Path, name: str) -> Iterator[Said]:
    lines: Mapping[Keys, int] = {}
    document = document_of(path)
    is_project = path.name == "pyproject.toml" and document is not None
    with suppress(OSError, UnicodeDecodeError, ConfigError):
        lines = lines_of(path.read_text(encoding="utf-8-sig"))
    for keys, value in leaves(document):
        line = lines.get((*_PROJECT, *keys) if is_project else keys)
        yield Said(keys, value, f"{name}:{line}" if line else name)
