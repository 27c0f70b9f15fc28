"""Formats whose keys and roles a file calls otherwise, made of the formats as they are.

Such a format is named by all that makes it, `prompt-completion{"columns":{"prompt":"question"}}`, so that its
name is enough to have it: in settings, in other processes, in what is remembered of a file.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct, defstruct
from msgspec.structs import FieldInfo, fields, replace

from turnlint.formats import Format, get_format
from turnlint.formats.shape import Shape, alternatives_of, note
from turnlint.model import (
    Call,
    Edit,
    Example,
    Finding,
    Place,
    Pointer,
    Related,
    ShapeFault,
    Turn,
    plain_format,
)

__all__ = ["Names", "Renaming", "format_of", "members", "name_of", "names_of", "roles_of"]

_Placed = TypeVar("_Placed", Edit, Related)
_KNOWN = 64
"""So many of these formats are kept; a run rarely has more than one."""
_MANY = 256
"""The shapes of all formats, and those made of them."""
_ROLE = "role"
"""The tag that says who speaks."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What a column holds where it says nothing."""
_ROLE_RULES = frozenset(("missing-role", "unknown-role"))
"""What is wrong with a member that says who speaks."""


class Names(Struct, frozen=True, omit_defaults=True):
    """What a file calls the keys and the roles of its format."""

    columns: Mapping[str, str] = {}
    """The keys of the format, `messages.role` for one of the objects in `messages`, with what the file calls
    each; empty for one that is not read."""
    roles: Mapping[str, str] = {}
    """The roles as the file has them, each with what the format calls it. One for which there are others is
    no longer called by its own name, unless this says so; empty for one that means nothing."""

    def __bool__(self) -> bool:
        return bool(self.columns or self.roles)


def name_of(base: str, names: Names) -> str:
    """The name of a format with these names in it; its own where there are none."""
    return base + msgspec.json.encode(names, order="deterministic").decode() if names else base


def names_of(name: str) -> Names:
    """The names in the name of a format."""
    _, brace, rest = name.partition("{")
    return msgspec.json.decode(brace + rest, type=Names) if brace else Names()


@lru_cache(_KNOWN)
def format_of(name: str) -> Format:
    """The format of such a name. Raises KeyError."""
    return Renaming(get_format(plain_format(name)), names_of(name)).format(name)


@lru_cache(_MANY)
def members(shape: type[Struct]) -> Mapping[str, bool]:
    """Every key that can be called otherwise, as `Names.columns` has it, and whether its object needs it.

    An object that may hold itself is followed once.
    """
    found: dict[str, bool] = {}
    for path, required in _members(shape, "", ()):
        found[path] = found.get(path, False) or required
    return found


@lru_cache(_MANY)
def roles_of(shape: type[Struct]) -> frozenset[str] | None:
    """The roles that a shape names, none where nobody speaks; None where it leaves them free."""
    found: set[str] = set()
    for hint in _role_hints(shape, ()):
        if hint is str:
            return None
        found |= {str(one) for one in (get_args(hint) if get_origin(hint) is Literal else (hint,))}
    return frozenset(found)


class _Level:
    """What the keys of objects at one path are called, and those of the objects in them, arrays or not."""

    __slots__ = ("base", "below", "hidden", "own", "roles")

    def __init__(self) -> None:
        self.own: dict[str, str] = {}
        """For keys of the format what the file calls them."""
        self.base: dict[str, str] = {}
        """The same the other way round."""
        self.hidden: set[str] = set()
        """Keys of the format that mean something else in the file, or nothing."""
        self.roles: dict[str, Mapping[str, str]] = {}
        """For keys whose values are roles, what the format calls those of the file."""
        self.below: dict[str, _Level] = {}

    def put(self, key: str, name: str) -> None:
        """Say what the file calls a key; nothing where it has none of it."""
        if name == key:
            return
        self.hidden.add(key)
        if name:
            self.own[key], self.base[name] = name, key

    @property
    def lost(self) -> set[str]:
        """Keys of the format that the file has no name for."""
        return self.hidden - self.own.keys()

    @property
    def unread(self) -> set[str]:
        """Those of them that mean nothing if they are there."""
        return self.lost - self.base.keys()

    def prune(self) -> bool:
        """Forget the levels below on which nothing is called otherwise; say whether anything is."""
        self.below = {key: one for key, one in self.below.items() if one.prune()}
        return bool(self.hidden or self.roles or self.below)

    def native(self, value: Any) -> Any:
        """A decoded value in the names of the format. Arrays in arrays hold nothing that has a name."""
        if type(value) is list:
            return [dict(self._members(one)) if type(one) is dict else one for one in value]
        return dict(self._members(value)) if type(value) is dict else value

    def pointer(self, pointer: Pointer) -> Pointer:
        """Where the row has what the format has there."""
        level: _Level | None = self
        found: list[str | int] = []
        for step in pointer:
            if level is None or not isinstance(step, str):
                found.append(step)
            else:
                found.append(level.own.get(step, step))
                level = level.below.get(step)
        return tuple(found)

    def located(self, pointer: Pointer) -> Pointer:
        """Where the row has something whose keys may be those of the row or of the format."""
        level: _Level | None = self
        found: list[str | int] = []
        for step in pointer:
            if level is None or not isinstance(step, str):
                found.append(step)
            else:
                key = level.base.get(step, step)
                found.append(level.own.get(key, step))
                level = level.below.get(key)
        return tuple(found)

    def _members(self, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, one in value.items():
            key = self.base.get(name)
            if key is None and name in self.hidden:
                continue
            key = key or name
            roles, below = self.roles.get(key), self.below.get(key)
            if roles is not None and type(one) is str:
                yield key, roles.get(one, one)
            else:
                yield key, below.native(one) if below else one


class Renaming:
    """What a file calls the keys and roles of a format, by which its own format is made of that one."""

    def __init__(self, base: Format, names: Names) -> None:
        self._base, self._columns = base, names.columns
        self._called: dict[str, list[str]] = {}
        for own, role in names.roles.items():
            self._called.setdefault(role, []).append(own)
        nothing = self._called.pop("", [])
        self._roles = {one: f"?{one}" for one in (*self._called, *nothing)}
        self._roles |= {own: role for own, role in names.roles.items() if role}
        """What the format calls the roles of the file; one that has lost its name to others is none."""
        self._levels: dict[str, _Level] = {}
        self._made: dict[Hashable, tuple[type[Struct], ...]] = {}
        self.spelling: dict[str, set[str]] = {}
        """What the file calls keys, at whatever depth."""
        self._plain: set[str] = set()
        self._rich: set[str] = set()
        (self._shape, *_) = self._objects(base.shape, "", ())
        self._top = self._levels[""]
        self._top.prune()

    def format(self, name: str) -> Format:
        """The format, to be called by this name."""
        base, native = self._base, self._top.native
        return replace(
            base,
            name=name,
            shape=self._shape,
            recognise=lambda value: base.recognise(native(value)),
            plausible=None,
            example=lambda value: self._example(value, name),
            verify=self._verify if base.verify or self._top.unread else None,
            plain_keys=frozenset(self._plain),
            outline=self._outline if base.outline and self._plain.isdisjoint(self._rich) else None,
            renaming=self,
        )

    def located(self, one: Finding) -> Finding:
        """A finding with all places as the row has them: rules may know some by the names of the format."""
        fix = one.fix and replace(one.fix, edits=tuple(map(self._located, one.fix.edits)))
        related = tuple(map(self._located, one.related))
        return replace(one, place=one.place and self._placed(one.place), related=related, fix=fix)

    def _located(self, one: _Placed) -> _Placed:
        return replace(one, place=self._placed(one.place))

    def _placed(self, place: Place) -> Place:
        return replace(place, pointer=self._top.located(place.pointer))

    def _example(self, value: dict[str, Any], name: str) -> Example:
        read = self._base.example(self._top.native(value))
        found: Example = self._moved(read)
        return replace(found, value=value, renamed=name, native=read)

    def _verify(self, value: dict[str, Any]) -> Iterator[ShapeFault]:
        for key, said in value.items():
            if key in self._top.unread and said not in _NOTHING:
                place = Place((key,), part="key")
                yield ShapeFault("unknown-key", place, "row", key, (), said, "unread-column")
        for fault in self._base.verify(self._top.native(value)) if self._base.verify else ():
            place = fault.place
            around = place.pointer[:-1] if place.part == "key" else place.pointer
            words = (fault.name, *fault.expected)
            name, *expected = (str(self._top.pointer((*around, one))[-1]) for one in words)
            if around or fault.name not in self._top.lost:
                yield replace(fault, place=self._moved(place), name=name, expected=tuple(expected))

    def _outline(self, row: Any) -> tuple[Hashable, list[str]]:
        assert self._base.outline is not None
        try:
            return self._base.outline(row)
        except (LookupError, AttributeError) as error:  # by a role or a key that the format alone has
            raise TypeError from error

    def _moved(self, one: Any) -> Any:
        """What the format read of a row, with the places of the row as it is."""
        if type(one) is tuple:
            return tuple([self._moved(each) for each in one])
        if not isinstance(one, Struct):
            return one
        changes: dict[str, Any] = {}
        for name in one.__struct_fields__:
            held = getattr(one, name)
            if name == "pointer":
                changes[name] = self._top.pointer(held)
            elif name.endswith("_key"):
                around = one.place.pointer if isinstance(one, Call) else one.pointer  # type: ignore[attr-defined]
                *_, changes[name] = self._top.pointer((*around, held))
            elif name == "extra":
                changes[name] = {key: self._moved(place) for key, place in held.items()}
            elif name != "inner" and (type(held) is tuple or isinstance(held, Struct)):
                changes[name] = self._moved(held)
        if isinstance(one, Turn):
            changes["native"] = one
        return replace(one, **changes)

    def _objects(self, kind: type[Struct], path: str, around: tuple[type, ...]) -> tuple[type[Struct], ...]:
        """An object of the shape as the file has it: the same one where nothing in it is called otherwise.

        One that a role tells from others becomes one for each name of that role.
        """
        config, members = kind.__struct_config__, fields(kind)
        tag_field: str | None = config.tag_field
        tags: list[Any] = [config.tag]
        keys = [*filter(None, (tag_field,)), *(one.encode_name for one in members)]
        own = self._own(keys, path)
        for key, name in own.items():
            self._note(path, key, name)
        if tag_field == _ROLE and self._roles:
            self._levels[path].roles[tag_field] = self._roles
            tags = list(self._words(tags))
        made, is_same = [], tags == [config.tag] and all(key == name for key, name in own.items())
        hints = get_type_hints(kind, include_extras=True)
        for one in members:
            key, hint = one.encode_name, hints[one.name]
            rebuilt = self._type(hint, path, key, (*around, kind), is_role=_is_role(hint))
            is_same = is_same and rebuilt is hint
            if own[key]:
                told = _told(rebuilt, key, own[key], own.values())
                made.append((one.name, told, _default(one, own[key])))
        if is_same:
            return (kind,)
        # Objects of one kind are equal wherever they stand only if they are of one type.
        inside = (
            kind,
            *sorted((key[len(path) :], name) for key, name in self._columns.items() if key.startswith(path)),
        )
        if inside not in self._made:
            self._made[inside] = tuple(self._struct(kind, made, own, tag) for tag in tags)
        return self._made[inside]

    def _own(self, keys: list[str], path: str) -> dict[str, str]:
        """What the file calls keys of one object; nothing where it gives the name of a key to another."""
        own = {key: self._columns.get(f"{path}{key}", key) for key in keys}
        taken = {name for key, name in own.items() if name != key}
        return {key: "" if name == key and key in taken else name for key, name in own.items()}

    def _note(self, path: str, key: str, name: str) -> None:
        """Note what a key is called."""
        self._levels.setdefault(path, _Level()).put(key, name)
        if name:
            (self._plain if key in self._base.plain_keys else self._rich).add(name)
        if name not in ("", key):
            self.spelling.setdefault(key, set()).add(name)

    def _type(self, hint: Any, path: str, key: str, around: tuple[type, ...], *, is_role: bool) -> Any:
        """The type of a member with the names of the file; the same one where nothing is called otherwise."""
        inner = [
            self._type(one, path, key, around, is_role=is_role)
            for one in (get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint))
            if get_origin(hint) is not Literal
        ]
        is_same = all(one is old for one, old in zip(inner, get_args(hint), strict=False))
        if is_role and self._roles and (hint is str or get_origin(hint) is Literal):
            self._levels[path].roles[key] = self._roles
            return hint if hint is str else Literal[tuple(self._words(get_args(hint)))]
        if isinstance(hint, type) and issubclass(hint, Struct) and hint not in around:
            below = f"{path}{key}."
            found = self._objects(hint, below, around)
            self._levels[path].below[key] = self._levels.setdefault(below, _Level())
            return hint if found in ((hint,), ()) else Union[found]  # noqa: UP007
        if is_same or not inner:
            return hint
        if get_origin(hint) is Annotated:
            return Annotated[inner[0], *hint.__metadata__]
        return Union[tuple(inner)] if get_origin(hint) in (Union, UnionType) else get_origin(hint)[*inner]  # noqa: UP007

    def _words(self, roles: Iterable[Any]) -> Iterator[Any]:
        """What the file calls the roles of a list."""
        for role in roles:
            yield from self._called.get(role, [] if role in self._roles else [role])

    def _struct(
        self, kind: type[Struct], members: list[tuple[str, Any, Any]], own: Mapping[str, str], tag: Any
    ) -> type[Struct]:
        config = kind.__struct_config__
        tagged = {} if config.tag_field is None else {"tag": tag, "tag_field": own[config.tag_field]}
        groups = alternatives_of(kind)
        words = {
            "__doc__": kind.__doc__,
            "owner": getattr(kind, "owner", "object"),
            "alternatives": tuple(tuple(filter(None, (own[key] for key in group))) for group in groups),
        }
        made: type[Struct] = defstruct(
            kind.__name__,
            members,
            bases=(kind if all(own.values()) else Shape,),
            namespace=words,
            kw_only=True,
            forbid_unknown_fields=config.forbid_unknown_fields,
            **tagged,
        )
        return made


def _default(member: FieldInfo, name: str) -> Any:
    if member.default_factory is not NODEFAULT:
        return msgspec.field(default_factory=member.default_factory, name=name)
    return msgspec.field(name=name) if member.required else msgspec.field(default=member.default, name=name)


def _told(hint: Any, key: str, name: str, names: Any) -> Any:
    """The annotation of a member that a file calls by this name, with the wrong keys that may stand for it.

    What else the file has these names for stands for nothing.
    """
    old = _metas(hint)
    known = dict.fromkeys([*(alias for one in old for alias in _extra(one, "aliases")), key])
    aliases = {one: f"rename `{one}` to `{name}`" for one in known if one not in names}
    changed = _retold(hint, aliases)
    return changed if old else Annotated[changed, note(aliases=aliases)]


def _retold(hint: Any, aliases: Mapping[str, str]) -> Any:
    """A member's annotation with other aliases."""
    if get_origin(hint) is Annotated:
        metas = [_meta(one, aliases) if isinstance(one, Meta) else one for one in hint.__metadata__]
        return Annotated[hint.__origin__, *metas]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(_retold(one, aliases) for one in get_args(hint))]  # noqa: UP007
    return hint


def _meta(one: Meta, aliases: Mapping[str, str]) -> Meta:
    held = {name: getattr(one, name) for name, *_ in one.__rich_repr__()}
    return Meta(**{**held, "extra": {**(one.extra or {}), "aliases": dict(aliases)}})


def _metas(hint: Any) -> list[Meta]:
    """The notes on a member, but for those on the items of an array."""
    if get_origin(hint) is Annotated:
        return [one for one in hint.__metadata__ if isinstance(one, Meta)]
    if get_origin(hint) in (Union, UnionType):
        return [meta for one in get_args(hint) for meta in _metas(one)]
    return []


def _extra(one: Meta, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (one.extra or {}).get(name, {})
    return found


def _is_role(hint: Any) -> bool:
    """Whether a member says who speaks: its notes name the rule for where it does not."""
    return any(not _ROLE_RULES.isdisjoint(_extra(one, "rules").values()) for one in _metas(hint))


def _structs(hint: Any) -> Iterator[type[Struct]]:
    """The objects that a member may be or hold."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        yield hint
    elif get_origin(hint) is not Literal:
        for one in get_args(hint):
            yield from _structs(one)


def _members(kind: type[Struct], path: str, around: tuple[type, ...]) -> Iterator[tuple[str, bool]]:
    if kind in around:
        return
    if kind.__struct_config__.tag_field:
        yield f"{path}{kind.__struct_config__.tag_field}", True
    hints = get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        yield f"{path}{one.encode_name}", one.required
        for inner in _structs(hints[one.name]):
            yield from _members(inner, f"{path}{one.encode_name}.", (*around, kind))


def _role_hints(kind: type[Struct], around: tuple[type, ...]) -> Iterator[Any]:
    """The types of what says who speaks: a role, a list of them, or `str`."""
    if kind in around:
        return
    if kind.__struct_config__.tag_field == _ROLE:
        yield kind.__struct_config__.tag
    hints = get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        hint = hints[one.name]
        if _is_role(hint):
            yield from _plain(hint)
        for inner in _structs(hint):
            yield from _role_hints(inner, (*around, kind))


def _plain(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Annotated, Union, UnionType):
        for one in get_args(hint)[: 1 if get_origin(hint) is Annotated else None]:
            yield from _plain(one)
    elif hint is str or get_origin(hint) is Literal:
        yield hint
