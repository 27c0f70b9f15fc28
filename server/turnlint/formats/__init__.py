"""The formats of training rows: one file per format, found by itself.

A module of this package that defines `FORMAT` is a format, one that defines `FORMATS` several of one kind;
`UNLISTED` is one that only other settings than `format` bring about. The others hold what formats share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from turnlint.model import Example, ShapeFault
from turnlint.modules import modules_of

if TYPE_CHECKING:
    from turnlint.formats.renamed import Renaming

__all__ = [
    "VARIANT",
    "WRITTEN_OUT",
    "Format",
    "Kind",
    "all_formats",
    "conversions",
    "detect",
    "get_format",
    "is_meant",
]

Kind: TypeAlias = Literal["conversation", "pair", "text", "prompt", "preference", "judged", "other"]
"""What the turns of an example are, whatever the format calls them:

- `conversation`: turns of several speakers, the answers among them
- `pair`: one text to go on from and one that should follow
- `text`: one text, all of which is learnt
- `prompt`: turns that the model is to go on from by itself
- `preference`: a prompt with a better and a worse answer
- `judged`: a prompt and one answer that somebody found good or bad
- `other`: no turns that could be judged, such as labels, passages or tokens
"""

WRITTEN_OUT: tuple[Kind, ...] = ("conversation", "pair", "prompt", "preference", "judged")
"""The kinds whose turns the trainer writes out by a template of its own; a text is written out already."""


VARIANT = 600
"""The least rank of formats that have the shape of another one."""


class Format(Struct, frozen=True):
    """One shape of row.

    Declare the keys once, in `shape`; everything else here says how to see such a row as turns.
    """

    name: str
    title: str
    description: str
    """A paragraph for the documentation page: what the format is for and who takes it."""
    shape: type[Struct]
    """The declared shape; unknown keys are forbidden unless its Struct leaves them free."""
    recognise: Callable[[dict[str, Any]], bool]
    """Whether a decoded object is a row of this format, judged by its keys and role names alone."""
    example: Callable[[dict[str, Any]], Example]
    """The row as turns. Must take any object whatever and read what it can."""
    rank: int
    """Order of recognition: the lowest rank that recognises a row names its format. From `VARIANT` on, a
    format has the shape of another one, and only a target tells them apart."""
    stage: str
    """The training method it is for: sft, preference or reinforcement."""
    home: str
    """The target whose rules are the format's own; `generic` where it has none."""
    kind: Kind
    """What its turns are; rules ask for it."""
    plausible: Callable[[dict[str, Any]], bool] | None = None
    """Whether an object can be such a row where the user names its stage or a target that takes the format;
    more generous than `recognise`."""
    verify: Callable[[dict[str, Any]], Iterable[ShapeFault]] | None = None
    """What is wrong with a row that types cannot say, each fault with the name of its rule. Of plain rows it
    must find the same in all that have the same outline."""
    plain_keys: frozenset[str] = frozenset()
    """The keys of a plain row: all strings, nothing optional. Any other declared key makes a row rich."""
    outline: Callable[[Any], tuple[Hashable, list[str]]] | None = None
    """For a decoded plain row: what its sequence of roles is, and the texts of its turns in order, behind
    them other strings that it has.

    Rows of equal outline have the same declared keys, the same roles, and as many strings besides the texts.
    It may raise TypeError for a row that is not plain after all.
    """
    renaming: Renaming | None = None
    """What the file calls its keys and roles, where it has other names for them."""
    compose: Callable[[Example], dict[str, Any]] | None = None
    """An example as a row of this format, the reverse of `example`; None where none can be written.

    It gets what `engine/meaning.settled` gives, may leave out what a reader of the row will miss, and raises
    `formats.composing.CannotSay` where what is left would be something else. Keys that the row has besides
    are none of its business.
    """


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format, in order of recognition."""
    found = [one for module in _modules() for one in _formats_in(vars(module))]
    return tuple(sorted(found, key=lambda one: one.rank))


def _modules() -> Iterable[ModuleType]:
    return (import_module(f"{__name__}.{name}") for name in modules_of(__path__))


def _formats_in(module: Mapping[str, Any]) -> Iterable[Format]:
    return (module["FORMAT"],) if "FORMAT" in module else module.get("FORMATS", ())


@cache
def _by_name() -> Mapping[str, Format]:
    unlisted = (vars(module)["UNLISTED"] for module in _modules() if hasattr(module, "UNLISTED"))
    return {one.name: one for one in (*all_formats(), *unlisted)}


def get_format(name: str) -> Format:
    """Look a format up by name, which may hold what a file calls its keys and roles. Raises KeyError."""
    if "{" not in name:
        return _by_name()[name]
    from turnlint.formats.renamed import format_of

    return format_of(name)


def detect(value: Any, stage: str | None = None, accepted: Collection[str] = ()) -> Format | None:
    """Name the format of one decoded row, or None.

    With a stage, what may be meant for it counts. Of several formats that share a shape, one of the accepted
    is meant; a row that is none of these is named all the same.
    """
    if type(value) is not dict:
        return None
    taken = _taken(frozenset(accepted)) if accepted else ()
    return (
        _first(taken, value, stage)
        or next((one for one in taken if is_meant(one, value)), None)
        or _first(all_formats(), value, stage)
    )


def is_meant(one: Format, value: dict[str, Any]) -> bool:
    """Whether an object may be a row of a format that something else speaks for."""
    return one.plausible is not None and one.plausible(value)


def _first(formats: Iterable[Format], value: dict[str, Any], stage: str | None) -> Format | None:
    """The first format that recognises a row; that may be meant, where none of the stage recognises it."""
    known = any(one.stage == stage and one.recognise(value) for one in formats)
    return next(
        (
            one
            for one in formats
            if one.recognise(value) or (not known and stage == one.stage and is_meant(one, value))
        ),
        None,
    )


_TURNS: tuple[Kind, ...] = ("conversation", "pair")
_INTO: dict[Kind, tuple[Kind, ...]] = {
    "conversation": _TURNS,
    "pair": _TURNS,
    "text": ("text",),
    "prompt": ("prompt",),
    "preference": ("preference",),
    "judged": ("judged",),
}
"""What can be made of examples of each kind."""


def conversions(source: str, accepted: Collection[str] = ()) -> tuple[str, ...]:
    """The formats that rows of a format can be converted to, those that can say most first.

    Of the accepted, where such are given, and in their order, else in that of recognition. What a single row
    says may be more than one of them can hold.
    """
    found = _conversions(source)
    chosen = [one for one in accepted if one in found] if accepted else found
    return tuple(sorted(chosen, key=lambda one: get_format(one).kind != "conversation"))


@cache
def _conversions(source: str) -> tuple[str, ...]:
    kinds = _INTO.get(get_format(source).kind, ())
    return tuple(
        one.name for one in all_formats() if one.compose and one.kind in kinds and one.name != source
    )


@cache
def _taken(accepted: frozenset[str]) -> tuple[Format, ...]:
    return tuple(one for one in all_formats() if one.name in accepted)
