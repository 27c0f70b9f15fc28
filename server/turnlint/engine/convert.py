"""Rows of one format as rows of another, each with the proof that it says the same: it is read back.

What a format cannot say is a reason to refuse the row, unless the user gives that up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from turnlint.engine.meaning import LOSSES, answer_place, said, settled, unsaid
from turnlint.engine.row import RowChecker
from turnlint.formats import Format, conversions, detect
from turnlint.formats.composing import CannotSay
from turnlint.formats.media import COLUMNS
from turnlint.model import Example, Pointer, Settings, Severity, format_pointer
from turnlint.text.decode import decode
from turnlint.text.exact import read, write

__all__ = ["LOSSES", "Refusal", "RowConverter"]

_HARMLESS = ("imprecise-integer",)
"""Faults of JSON that do no harm here: numbers are written as they are."""


class Refusal(Struct, frozen=True):
    """Why a row is not converted."""

    pointer: Pointer
    """Where the row has what keeps it from that."""
    reason: str
    """A clause, or sentences."""
    loss: str = ""
    """What would be lost, one of `LOSSES`; empty for what cannot be given up."""


class RowConverter:
    """Writes rows in a format."""

    def __init__(
        self, target: Format, settings: Settings, given_up: Collection[str] = (), *, bulk: bool = False
    ) -> None:
        """`settings` judge what is written, `given_up` names what may be lost.

        `bulk` says that many rows will come.
        """
        self.target = target
        self._given_up = frozenset(given_up)
        self._checker = RowChecker(target, settings, bulk=bulk)

    def convert(self, raw: bytes, source: Format | None) -> tuple[str, tuple[Refusal, ...]]:
        """Write a row, given without its line end and not blank, that is in the format `source`, or any.

        Gives the row, or all kinds of reasons against it. A row that is in the format stays as it is.
        """
        row = decode(raw)
        faults = [Refusal(one.place.pointer, one.detail) for one in row.faults if one.kind not in _HARMLESS]
        if faults or type(row.value) is not dict:
            return "", tuple(faults) or (Refusal((), "the row is no JSON object"),)
        found = _format_of(row.value, source)
        if found is None:
            return "", (Refusal((), "the row is in no known format"),)
        text = raw.decode()
        if found is self.target:
            return text.strip(), ()
        if self.target.name not in conversions(found.name):
            reason = f"rows of {found.title} cannot be written as {self.target.title}"
            return "", (Refusal((), reason),)
        try:
            return self._converted(read(text), found, is_ascii=text.isascii())
        except CannotSay as error:
            return "", (self._refusal("", error.pointer, error.what),)

    def _converted(
        self, value: dict[str, Any], source: Format, *, is_ascii: bool
    ) -> tuple[str, tuple[Refusal, ...]]:
        example = source.example(value)
        refusals = [*_unreadable(example)]
        if refusals:
            return "", tuple(refusals)
        whole = settled(example)
        row, lost = self._composed(whole, value, [*unsaid(value, example, source.shape)], source)
        text = write(row, is_ascii=is_ascii)
        refusals = [*self._unheard(lost), *self._changed(whole, text)] or [*self._errors(text)]
        return ("" if refusals else text), tuple(_first_of_each(refusals, value))

    def _composed(
        self, example: Example, value: dict[str, Any], apart: list[Pointer], source: Format
    ) -> tuple[dict[str, Any], list[Pointer]]:
        """An example as a row with those other keys that may be in it, and where is what is left out."""
        assert self.target.compose is not None
        row = self.target.compose(example)
        own, others = _declared(self.target), _declared(source)
        is_open = not self.target.shape.__struct_config__.forbid_unknown_fields
        shared = {pointer[0] for pointer in apart if len(pointer) == 1} & own & others
        kept = [
            key
            for key in value
            if key not in row
            and key not in COLUMNS
            and (key in shared or (is_open and key not in own and key not in others))
        ]
        row |= {key: value[key] for key in kept}
        return row, [pointer for pointer in apart if pointer[0] not in kept]

    def _unheard(self, lost: list[Pointer]) -> Iterator[Refusal]:
        """What the row says besides its example and the new one does not."""
        for pointer in lost if "keys" not in self._given_up else ():
            yield self._refusal("keys", pointer, f"the key `{pointer[-1]}`")

    def _changed(self, example: Example, text: str) -> Iterator[Refusal]:
        """What the example says and a row of the format does not, or otherwise."""
        before, after = said(example), said(settled(self.target.example(read(text))))
        for key, one in before.items():
            if one.loss not in self._given_up and (key not in after or after[key].value != one.value):
                what = LOSSES.get(one.loss) or "this as it stands"
                yield self._refusal(one.loss, one.pointer, what)
        for key in after.keys() - before.keys() if not self._given_up else ():
            yield Refusal((), f"as {self.target.title} it would say more: {after[key].value}")

    def _errors(self, text: str) -> Iterator[Refusal]:
        """What is an error in a row that was written."""
        for one in self._checker.findings(text.encode()):
            if one.severity is Severity.ERROR:
                where = format_pointer(one.place.pointer if one.place else ()) or "the row"
                yield Refusal((), f"as {self.target.title} it would have an error at {where}: {one.message}")

    def _refusal(self, loss: str, pointer: Pointer, what: str) -> Refusal:
        return Refusal(pointer, f"{self.target.title} has no place for {what}", loss)


def _format_of(value: Any, source: Format | None) -> Format | None:
    """The format of a row in a file of which the format is known, or not."""
    if source is not None and (source.recognise(value) or (source.plausible and source.plausible(value))):
        return source
    return detect(value) or source


def _unreadable(example: Example) -> Iterator[Refusal]:
    needed = [example.turns] if example.outputs is None else [example.preferred, example.non_preferred]
    if not all(needed):
        yield Refusal((), "no turns can be read where there must be some")
    for turn in example.all_turns:
        if turn.role is None:
            yield Refusal(turn.pointer, "nobody can tell who speaks here")
        elif turn.content == "other" and not turn.texts and not answer_place(turn, example.value):
            yield Refusal(turn.content_place.pointer, "the content cannot be read")


def _first_of_each(refusals: Iterable[Refusal], value: Any) -> Iterator[Refusal]:
    """The first refusal of each loss and the first that cannot be given up, at places that are there."""
    told: set[str] = set()
    for one in refusals:
        if one.loss not in told:
            told.add(one.loss)
            yield replace(one, pointer=_there(one.pointer, value))


def _there(pointer: Pointer, value: Any) -> Pointer:
    """A place of a row, or what is around it where the row says something without a value of its own."""
    for end, step in enumerate(pointer):
        if isinstance(value, str):
            return pointer[:end]
        try:
            value = value[step]
        except (LookupError, TypeError):
            return pointer[:end]
    return pointer


@cache
def _declared(one: Format) -> frozenset[str]:
    """The keys that a row of a format may have by its declaration."""
    return frozenset(one.shape.__struct_encode_fields__)
