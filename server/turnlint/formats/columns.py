"""Rows that are a few texts, each under a key of its own: how a table of keys becomes a format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from turnlint.formats import Format, Kind
from turnlint.formats.composing import CannotSay, as_pair, exchanges, said_by_one
from turnlint.formats.media import read_media
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.scores import read_scores
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault, Text

__all__ = ["CHOSEN", "HISTORY", "REJECTED", "SYSTEM", "Column", "column_format"]

CHOSEN, REJECTED = "chosen", "rejected"
"""What stands for the role of the better and of the worse answer of a comparison."""


class Column(Struct, frozen=True):
    """One key of a row."""

    name: str
    role: str
    """Whose text it is, in OpenAI's words, `CHOSEN` or `REJECTED`; empty for what is no turn."""
    says: str
    """What stands there, for the documentation."""
    optional: bool = False
    """It may be missing or null, or empty, which all means that there is none."""
    blank: bool = False
    """It must be there, and may be empty, which means that there is none."""
    type: Any = str
    """What it may hold. Rows that hold anything but texts, true and false are not plain."""
    aliases: tuple[str, ...] = ()
    """Keys that are found in its place and stand for it."""


SYSTEM = Column("system", "system", "The system prompt.", optional=True)
HISTORY = Column(
    "history", "", "Earlier turns, as pairs of question and answer.", optional=True, type=list[list[str]]
)


def column_format(
    name: str,
    title: str,
    description: str,
    columns: Sequence[Column],
    *,
    rank: int,
    home: str,
    kind: Kind = "pair",
    without: Collection[str] = (),
    recognise: Callable[[dict[str, Any]], bool] | None = None,
    verify: Callable[[dict[str, Any]], Iterable[ShapeFault]] | None = None,
) -> Format:
    """Make a format of its columns, in the order in which the model reads them, but for the system prompt.

    Unless `recognise` tells it, a row is known by its required columns, texts where a text belongs, if it has
    none of the keys `without`, by which it is something else.
    """
    needed = [one for one in columns if not one.optional]
    texts = [one.name for one in needed if one.type is str]
    others = frozenset(without)

    def plausible(value: dict[str, Any]) -> bool:
        return all(one.name in value for one in needed) and others.isdisjoint(value)

    def is_filled(value: dict[str, Any]) -> bool:
        return plausible(value) and all(type(value[key]) is str for key in texts)

    return Format(
        name=name,
        title=title,
        description=description,
        shape=_shape(title, columns),
        recognise=recognise or is_filled,
        plausible=plausible,
        example=_reader(name, columns),
        rank=rank,
        stage="sft" if kind == "pair" else "preference",
        home=home,
        kind=kind,
        verify=verify,
        plain_keys=frozenset(one.name for one in _plain(columns)),
        outline=_outline(columns),
        compose=_composer(columns),
    )


def _shape(title: str, columns: Sequence[Column]) -> type[Struct]:
    """Declare the columns. Trainers ignore the keys that they do not know."""
    members = [
        (one.name, Annotated[one.type | None, said] | UnsetType, UNSET)
        if one.optional
        else (one.name, Annotated[one.type, said])
        for one in columns
        for said in [_said(one)]
    ]
    members.sort(key=len)
    return defstruct(
        "".join(filter(str.isalnum, title)),
        members,
        bases=(Shape,),
        namespace={"__doc__": f"One row of {title}."},
        forbid_unknown_fields=False,
    )


def _said(column: Column) -> Meta:
    rules = {"wrong-type": "label-not-boolean"} if column.type is bool else {}
    aliases = {key: f"rename `{key}` to `{column.name}`" for key in column.aliases}
    return note(column.says, rules=rules, aliases=aliases)


def _reader(name: str, columns: Sequence[Column]) -> Callable[[dict[str, Any]], Example]:
    blank = frozenset(one.name for one in columns if one.optional or one.blank)
    needed = frozenset(one.name for one in columns if not one.optional)
    verdict = next((one.name for one in columns if one.type is bool), "")
    prompt = {one.name: one.role for one in _spoken(columns) if one.role not in ("", CHOSEN, REJECTED)}
    chosen, rejected = (
        {one.name: "assistant" for one in columns if one.role == role} for role in (CHOSEN, REJECTED)
    )

    def example(value: dict[str, Any]) -> Example:
        said = {key: role for key, role in prompt.items() if key not in blank or value.get(key)}
        return Example(
            name,
            read_pair(value, said),
            value=value,
            preferred=read_pair(value, chosen),
            non_preferred=read_pair(value, rejected),
            outputs=(Place(tuple(chosen)), Place(tuple(rejected))) if chosen else None,
            scores=read_scores(value) if chosen else None,
            verdict=value.get(verdict),
            aside=tuple(_earlier(value.get(HISTORY.name))) if HISTORY in columns else (),
            media=read_media(value),
            readable=needed <= value.keys(),
        )

    return example


def _earlier(history: Any) -> Iterator[Text]:
    for number, pair in enumerate(history if type(history) is list else ()):
        for side, text in enumerate(pair if type(pair) is list else ()):
            if type(text) is str:
                yield Text(text, (HISTORY.name, number, side))


def _spoken(columns: Sequence[Column]) -> list[Column]:
    """The columns with the system prompt first."""
    return sorted(columns, key=lambda one: one.role != SYSTEM.role)


def _composer(columns: Sequence[Column]) -> Callable[[Example], dict[str, Any]] | None:
    """How an example is written in these columns; None where they ask for more than these."""
    needed = [one for one in columns if not one.optional]
    asked, *more = [one.name for one in needed if one.role == "user"] or [""]
    answers = {one.role: one.name for one in needed if one.role not in ("user", "")}
    if not asked or more or len(needed) != 1 + len(answers):
        return None
    system = next((one.name for one in columns if one.role == SYSTEM.role), "")
    empty = {one.name: "" for one in columns if one.blank or (one.optional and one.role == "user")}
    keys = {asked: "user"} | ({answers["assistant"]: "assistant"} if "assistant" in answers else {})

    def compose(example: Example) -> dict[str, Any]:
        prompt, before, last = exchanges(example)
        written: dict[str, Any] = {**empty, **as_pair(last, keys)}
        if CHOSEN in answers:
            written[answers[CHOSEN]] = said_by_one(example.preferred)
            written[answers[REJECTED]] = said_by_one(example.non_preferred)
        if (prompt is not None and not system) or (before and HISTORY not in columns):
            raise CannotSay(example.turns[0].pointer, "what is said before the question")
        written |= {} if prompt is None else {system: prompt}
        return written | ({HISTORY.name: [list(pair) for pair in before]} if before else {})

    return compose


def _plain(columns: Sequence[Column]) -> list[Column]:
    return [one for one in _spoken(columns) if one.type in (str, bool)]


def _outline(columns: Sequence[Column]) -> Callable[[Any], tuple[Hashable, list[str]]]:
    plain = _plain(columns)
    take = attrgetter(*[one.name for one in plain])
    keeps = [one.type is str and not (one.optional or one.blank) for one in plain]
    if all(keeps):
        return lambda row: ((), list(take(row)))

    def outline(row: Any) -> tuple[Hashable, list[str]]:
        values = take(row)
        kinds = tuple([True if type(one) is str and one else (type(one), one) for one in values])
        found = zip(values, keeps, strict=True)
        return kinds, [one for one, needed in found if needed or (type(one) is str and one)]

    return outline
