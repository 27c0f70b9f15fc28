"""What can be typed at a cursor: proposals, ready to be written into the row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from turnlint.engine.completion.offers import ArgumentSource, Offer, OfferKind, Source
from turnlint.engine.completion.rows import RowSource
from turnlint.formats import Format, detect
from turnlint.model import Settings, Span
from turnlint.text.scan import Reading, tokens
from turnlint.text.sketch import Sketch, escaped, sketch, sketch_members, unclosed
from turnlint.text.spot import Spot, find

__all__ = ["OfferKind", "Proposal", "Proposals", "propose"]

_DEEPEST = 64
"""Nothing is declared below so many levels."""


class Proposal(Struct, frozen=True):
    """Something to write at the cursor."""

    label: str
    """As the row would have it, not made safe to show."""
    sketch: Sketch
    kind: OfferKind
    detail: str
    description: str


class Proposals(Struct, frozen=True):
    """All that can be typed at a cursor, the likeliest first."""

    span: Span
    """What they replace; it holds the cursor."""
    opening: str
    """The quote before the cursor that they replace, as the row writes it; empty where there is none."""
    items: tuple[Proposal, ...]


def propose(
    text: str, column: int, formats: Sequence[Format], settings: Settings, *, overwrites: bool = True
) -> Proposals | None:
    """Say what can be typed at a column of a row, whole or broken, that may be of one of some formats.

    A client that does not overwrite keeps what stands behind the cursor: there, proposals end before a
    closing quote. None where nothing is to be proposed, as in the middle of prose.
    """
    spot = find(text, column)
    if spot is None or len(spot.pointer) > _DEEPEST:
        return None
    found: dict[str, Proposal] = {}
    for one in _possible(formats, spot.value):
        source = RowSource(one, settings.judging(one.name), spot.value)
        arguments = source.arguments_at(spot.pointer) if spot.part == "value" and spot.quoted else None
        if arguments is not None:
            return _in_string(arguments, spot, text, overwrites=overwrites)
        for proposal in _proposals(source, spot):
            found.setdefault(proposal.label, proposal)
    return _gathered(spot, list(found.values()), overwrites=overwrites)


def _possible(formats: Sequence[Format], value: Any) -> Sequence[Format]:
    """Of several formats the one that the keys which are there speak for, as soon as there are any."""
    keys = {key: inner for key, inner in value.items() if key} if type(value) is dict else {}
    if len(formats) == 1 or not keys:
        return formats
    meant = detect(keys, accepted=[one.name for one in formats])
    return [one for one in formats if one is meant]


def _in_string(source: ArgumentSource, spot: Spot, text: str, *, overwrites: bool) -> Proposals | None:
    """What can be typed in the JSON that a string holds."""
    _, start, end = next(tokens(text, spot.span.start))
    reading = Reading(text, start, end)
    inner = find(reading.value, len(spot.typed))
    if inner is None:
        return None
    found = _gathered(inner, _proposals(source.supposing(inner.value), inner), overwrites=overwrites)
    if found is None:
        return None
    span = reading.span(found.span.start, found.span.end)
    if not span.start <= spot.column <= span.end:  # the cursor is in the middle of an escape
        return None
    items = tuple(replace(one, sketch=escaped(one.sketch)) for one in found.items)
    return Proposals(span, found.opening and '\\"', items)


def _gathered(spot: Spot, items: Iterable[Proposal], *, overwrites: bool) -> Proposals | None:
    span = spot.span
    if spot.behind and not overwrites:
        if not spot.quoted or not spot.behind.endswith('"'):
            return None
        span = Span(span.start, spot.column)
        items = (replace(one, sketch=unclosed(one.label)) for one in items)
    listed = tuple(items)
    return Proposals(span, '"' if spot.quoted else "", listed) if listed else None


def _proposals(source: Source, spot: Spot) -> Iterator[Proposal]:
    written = _keys(source, spot) if spot.part == "key" else _values(source, spot)
    comma = (", ",) if spot.wants_comma else ()
    for one, text in written:
        yield Proposal(one.label, (*text, *comma), one.kind, one.detail, one.description)


def _keys(source: Source, spot: Spot) -> Iterator[tuple[Offer, Sketch]]:
    """Members of an object; in an empty one all of them at once, too."""
    if spot.has_colon:
        yield from ((one, sketch(one.label)) for one in source.keys(spot.pointer))
        return
    if not spot.before and not any(source.at(spot.pointer) or ()):
        closing = ("}",) if spot.wants_brace else ()
        for one in filter(lambda one: one.value, source.skeletons(spot.pointer)):
            yield one, (*sketch_members(one.value), *closing)
    yield from ((one, sketch_members(one.value)) for one in source.keys(spot.pointer))


def _values(source: Source, spot: Spot) -> Iterator[tuple[Offer, Sketch]]:
    found = source.strings(spot.pointer) if spot.quoted else source.values(spot.pointer)
    return ((one, sketch(one.value)) for one in found)
