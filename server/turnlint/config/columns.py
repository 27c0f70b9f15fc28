"""What files call the keys and roles of their format, as settings say it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import fields

from turnlint.config.errors import ConfigError, named, suggest
from turnlint.formats import Format, all_formats, get_format
from turnlint.formats.renamed import Names, members, name_of, roles_of
from turnlint.formats.shape import alternatives_of

__all__ = ["Layer", "chosen", "renamed"]

_UNNAMEABLE = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
"""Marks that stand otherwise in JSON than they are read."""


class Layer(Struct, frozen=True):
    """What one place of the settings says of the rows; a place above wins over those below."""

    format: str | None = None
    names: Names = Names()


def chosen(layers: Iterable[Layer]) -> Layer:
    """What counts of the layers, those above first.

    Names below a format that is named above hold where they are about its keys; else they are of another one.
    """
    found = None
    for one in layers:
        above, found = found, found or one.format
        if one.names:
            holds = above in (None, one.format) or _knows(above, one.names)
            return Layer(found, one.names if holds else Names())
    return Layer(found)


def _knows(name: str | None, names: Names) -> bool:
    """Whether a format, if there is one of this name, has all the columns."""
    return any(one.name == name and not _strange(names, one) for one in all_formats())


def renamed(said: Layer, accepted: Collection[str], stage: str | None) -> str | None:
    """The name of the format with the names that a file has for its keys and roles; None where none is said.

    Without a format, it is the one that the columns fit: an accepted one or one of the stage, if any is.
    Raises ConfigError for names that fit none.
    """
    if not said.names:
        return said.format
    base = get_format(said.format) if said.format else _fitting(said.names, accepted, stage)
    _check(base, said.names)
    return name_of(base.name, said.names)


def _fitting(names: Names, accepted: Collection[str], stage: str | None) -> Format:
    """The first format whose keys the columns name, all that it needs among them."""
    if not names.columns:
        raise ConfigError("`roles` are of no format: name it with `format`")
    heads = {key.partition(".")[0] for key in names.columns}
    fitting = [one for one in all_formats() if _needs(one) <= heads and not _strange(names, one)]
    row = dict.fromkeys(heads, "")
    ranked = sorted(
        fitting,
        key=lambda one: (one.name not in accepted, stage not in (None, one.stage), not one.recognise(row)),
    )
    if not ranked:
        listed = ", ".join(named(key) for key in names.columns)
        known = {key for one in all_formats() for key in members(one.shape)}
        strange = next((key for key in names.columns if key not in known), None)
        alike = (key for key in known if strange and key.count(".") == strange.count("."))
        hint = f"; no format has {named(strange)}{suggest(strange, alike)}" if strange else ""
        raise ConfigError(f"`columns` names {listed}, which no format needs alone: name the `format`{hint}")
    return ranked[0]


def _needs(one: Format) -> set[str]:
    """The keys that a row of a format must have; of keys that stand for each other, the first."""
    required = {member.encode_name for member in fields(one.shape) if member.required}
    return required | {key for key, *_ in alternatives_of(one.shape)}


def _strange(names: Names, one: Format) -> list[str]:
    """The columns that a format does not have."""
    heads = {member.encode_name for member in fields(one.shape)}
    if not heads.issuperset(key.partition(".")[0] for key in names.columns):  # without looking inside
        return [key for key in names.columns if key.partition(".")[0] not in heads]
    known = members(one.shape)
    return [key for key in names.columns if key not in known]


def _check(base: Format, names: Names) -> None:
    for name in (*names.columns.values(), *names.roles):
        if _UNNAMEABLE.search(name):
            raise ConfigError(f"{named(name)} cannot be the name of a key or role")
    known = members(base.shape)
    for key in _strange(names, base):
        raise ConfigError(f"`{base.name}` has no {named(key)} for `columns`{suggest(key, known)}")
    for key, name in names.columns.items():
        if not name and known[key]:
            raise ConfigError(f"{named(f'columns.{key}')} must not be empty: `{base.name}` needs it")
    _check_clashes(known, names.columns)
    _check_roles(base, names.roles)


def _check_clashes(known: Mapping[str, bool], columns: Mapping[str, str]) -> None:
    """Refuse one name for two keys of an object, and that of a key which it needs and which keeps its own."""
    used: dict[tuple[str, str], str] = {}
    for key, name in columns.items():
        around = key[: key.rfind(".") + 1]
        if not name:
            continue
        if (around, name) in used:
            before = used[around, name]
            raise ConfigError(f"`columns` calls both {named(before)} and {named(key)} {named(name)}")
        used[around, name] = key
        other = around + name
        if "." not in name and other != key and other not in columns and known.get(other):
            raise ConfigError(f"`columns` calls {named(key)} {named(name)}: say what {named(other)} is then")


def _check_roles(base: Format, roles: Mapping[str, str]) -> None:
    known = roles_of(base.shape) if roles else None
    for own, role in roles.items():
        if known is not None and not known:
            raise ConfigError(f"`{base.name}` has no `roles`: nobody speaks in it")
        if role and known is not None and role not in known:
            raise ConfigError(f"{named(f'roles.{own}')} cannot be {named(role)}{suggest(role, known)}")
