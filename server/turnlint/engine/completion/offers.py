"""What may be written at a place by its declaration: listed values, keys, and skeletons of objects.

A source knows a declaration and the value that stands there so far. Skeletons are JSON values with gaps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from turnlint.engine.parameters import declared_argument
from turnlint.formats.declared import Declared, Kind, Member, inside, reach
from turnlint.model import Pointer
from turnlint.text.sketch import Gap

__all__ = [
    "MOST_NAMES",
    "ArgumentSource",
    "Offer",
    "OfferKind",
    "Source",
    "offer",
    "offers",
    "skeleton",
    "tag_of",
]

OfferKind: TypeAlias = Literal["key", "value", "tool", "reference", "skeleton"]

_DEEPEST = 6
"""So many levels of a skeleton are filled in,"""
_WIDEST = 20
"""and so many members of an object."""
MOST_NAMES = 100
"""So many names and ids of a row are offered."""


class Offer(Struct, frozen=True):
    """Something that may be written at a place."""

    label: str
    """As the row would have it, not made safe to show."""
    value: Any
    """JSON with gaps; for a key, an object of that key alone."""
    kind: OfferKind = "value"
    detail: str = ""
    description: str = ""


def offer(value: Any, kind: OfferKind = "value", detail: str = "", description: str = "") -> Offer:
    """Offer a scalar."""
    return Offer(value if isinstance(value, str) else json.dumps(value), value, kind, detail, description)


def offers(names: Iterable[str | None], kind: OfferKind) -> list[Offer]:
    """Offer the names that are there, each once."""
    return [offer(one, kind) for one in islice(dict.fromkeys(filter(None, names)), MOST_NAMES)]


def skeleton(label: str, members: dict[str, Any], description: str) -> Offer:
    """Offer a whole object."""
    return Offer(label, members, "skeleton", ", ".join(members), description)


def tag_of(place: Declared) -> Member | None:
    """The member whose values tell the objects of a place apart, if there are several."""
    return next((one for one in place.keys if one.required and len(one.choices) > 1), None)


_STARTS: dict[Kind, Any] = {
    "string": Gap(),
    "integer": Gap((0,)),
    "number": Gap((0,)),
    "boolean": Gap((True, False)),
    "null": Gap((None,)),
}
_CONSTANTS: dict[Kind, tuple[Any, ...]] = {"boolean": (True, False), "null": (None,)}


class Source:
    """What a declaration allows, and what begins it well; subclasses say whose."""

    def __init__(self, value: Any) -> None:
        self.value = value
        """What stands there so far, decoded."""

    def declared(self, pointer: Pointer) -> Declared | None:
        """What is declared of a place."""
        raise NotImplementedError

    def supposing(self, value: Any) -> Source:
        """The same declaration, if another value stood there."""
        raise NotImplementedError

    def listed(self, pointer: Pointer, member: Member) -> list[Offer]:
        """The values that a place chooses from, the likeliest first; empty where it is free."""
        return [offer(one.value, description=one.description) for one in member.choices]

    def suggested(self, pointer: Pointer) -> list[Offer]:
        """What a free place may well have."""
        return []

    def is_discouraged(self, key: str) -> bool:
        """Whether a rule speaks against a key."""
        return False

    def title(self, pointer: Pointer, place: Declared) -> str:
        """What the object at a place is called; empty where it has no name."""
        return place.owner

    def keys(self, pointer: Pointer) -> list[Offer]:
        """The members that an object lacks, each with a start of its value; required ones first."""
        place, present = self.declared(pointer), self.at(pointer) or ()
        absent = [one for one in (place.keys if place else ()) if one.name not in present]
        absent.sort(key=lambda one: (not one.required, not one.expected, self.is_discouraged(one.name)))
        return [
            Offer(
                one.name,
                {one.name: self._start((*pointer, one.name), one, full=False)},
                "key",
                " or ".join(one.kinds) + ", required" * one.required,
                one.description,
            )
            for one in absent
        ]

    def strings(self, pointer: Pointer) -> list[Offer]:
        """The strings that a place chooses from, or may well have."""
        member = self.declared(pointer)
        found = self.listed(pointer, member) if member else []
        return [one for one in found or self.suggested(pointer) if isinstance(one.value, str)]

    def values(self, pointer: Pointer) -> list[Offer]:
        """What may stand at a place: what it chooses from, else whatever is more than an empty string."""
        member = self.declared(pointer)
        found = self.listed(pointer, member) if member else []
        if member is None or found:
            return found
        found = self.suggested(pointer)
        for kind in member.kinds:
            found += map(offer, _CONSTANTS.get(kind, ()))
            if kind == "object":
                found += self.skeletons(pointer)
            elif kind == "array":
                items = self.items(pointer)
                title = "[…]" if items else "[]"
                found.append(Offer(title, items, "skeleton", description=member.description))
        return found

    def skeletons(self, pointer: Pointer) -> list[Offer]:
        """The objects that may stand at a place, one of each kind."""
        place = self.declared(pointer)
        if place is None or "object" not in place.kinds:
            return []
        tag = tag_of(place)
        if tag is None:
            made = self.completed(pointer)
            title = self.title(pointer, place) or ("{…}" if made else "{}")
            return [skeleton(title, made, place.description)]
        choices = self.listed((*pointer, tag.name), tag)
        return [one for choice in choices for one in self.tagged(pointer, tag.name, choice)]

    def tagged(self, pointer: Pointer, tag: str, choice: Offer) -> Iterator[Offer]:
        """The skeletons of an object with a certain tag."""
        there = self.placing(pointer, {tag: choice.value})
        place = there.declared(pointer)
        if place is not None:
            title = place.owner if place.owner.startswith(choice.label) else f"{choice.label} {place.owner}"
            yield skeleton(title, there.completed(pointer), choice.description or place.description)

    def items(self, pointer: Pointer, depth: int = 0) -> list[Any]:
        """What an array at a place usually begins with."""
        item = self.declared((*pointer, 0))
        if item is None or "object" not in item.kinds or depth > _DEEPEST:
            return []
        return [one.value for one in self.skeletons((*pointer, 0))[:1]]

    def completed(self, pointer: Pointer, *, full: bool = True, depth: int = 0) -> dict[str, Any]:
        """The object at a place with the members that most have; with empty arrays if it is not `full`."""
        place, there = self.declared(pointer), self.at(pointer)
        made: dict[str, Any] = dict(there) if type(there) is dict else {}
        made.pop("", None)
        if place is None or depth > _DEEPEST:
            return made
        missing = (one for one in place.keys if one.expected and one.name not in made)
        for one in islice(missing, _WIDEST):
            made[one.name] = self._start((*pointer, one.name), one, full=full, depth=depth)
        return made

    def _start(self, pointer: Pointer, member: Member, *, full: bool, depth: int = 0) -> Any:
        values = [one.value for one in self.listed(pointer, member)]
        if values:
            return values[0] if len(values) == 1 else Gap(tuple(values))
        kind = member.kinds[0] if member.kinds else "null"
        if kind == "array":
            return self.items(pointer, depth + 1) if full else []
        return self.completed(pointer, full=full, depth=depth + 1) if kind == "object" else _STARTS[kind]

    def at(self, pointer: Pointer) -> Any:
        """What stands at a place."""
        return reach(self.value, pointer)

    def placing(self, pointer: Pointer, value: Any) -> Source:
        """The same declaration, if another value stood at a place."""
        return self.supposing(_put(self.value, pointer, value))


class ArgumentSource(Source):
    """The arguments of a call, by the JSON Schema of the tool."""

    def __init__(self, schema: Any, value: Any) -> None:
        super().__init__(value)
        self._schema = schema

    def declared(self, pointer: Pointer) -> Declared | None:
        """What the schema says of a place."""
        return declared_argument(self._schema, self.value, pointer)

    def supposing(self, value: Any) -> ArgumentSource:
        """The same schema for other arguments."""
        return ArgumentSource(self._schema, value)


def _put(value: Any, pointer: Pointer, new: Any) -> Any:
    """A copy of a value with another one at a place; what does not lead there is replaced."""
    if not pointer:
        return new
    step, rest = pointer[0], pointer[1:]
    inner = _put(inside(value, step), rest, new)
    if isinstance(step, int):
        items = value if type(value) is list else []
        return [*items[:step], inner, *items[step + 1 :]]
    return {**(value if type(value) is dict else {}), step: inner}
