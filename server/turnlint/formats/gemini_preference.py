"""Gemini's format for preference tuning: contents, and two completions with a score.

Sources: as in gemini_contents.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import the_one
from turnlint.formats.gemini_contents import (
    PLAIN_KEYS,
    Contents,
    Instruction,
    Said,
    both_spellings,
    outline_of_contents,
    read_content,
    read_contents,
    read_system,
    spelling_faults,
    write_around,
    write_content,
    write_contents,
)
from turnlint.formats.reading import only_text
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault, Turn


class Completion(Shape):
    """One of the two answers."""

    owner: ClassVar[str] = "completion"
    score: Annotated[Literal[0, 1], note("1 for the better answer, 0 for the other one.")]
    completion: Annotated[Said, note("The answer, by the model.")]


class Preference(Shape, rename=both_spellings):
    """One comparison."""

    contents: Contents
    completions: Annotated[
        list[Completion],
        note(
            "The two answers, in any order.",
            rules={"too-few-items": "score-values", "too-many-items": "score-values"},
            min_length=2,
            max_length=2,
        ),
    ]
    system_instruction: Annotated[Instruction, note("The system prompt.")] | UnsetType = UNSET
    system_instruction_: Annotated[Instruction, note("The same as `systemInstruction`.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "contents" in value and "completions" in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    scores = [one["score"] for one in value["completions"]]
    if scores[0] == scores[1]:
        place = Place(("completions", 1, "score"))
        expected = (str(1 - int(scores[0])),)
        yield ShapeFault("invalid-value", place, "completion", "score", expected, scores[1], "score-values")
    for at, one in enumerate(value["completions"]):
        role = one["completion"]["role"]
        if role != "model":
            place = Place(("completions", at, "completion", "role"))
            yield ShapeFault(
                "unknown-tag", place, "content", "completion", ("model",), role, "role-not-allowed"
            )
    yield from spelling_faults(value)


def _example(value: dict[str, Any]) -> Example:
    turns = (*read_system(value), *read_contents(value.get("contents"), ("contents",)))
    scores = _scores(value.get("completions"))
    places = (1, 0) if scores == [0, 1] else (0, 1)
    preferred, other = (tuple(_answer(value, at)) for at in places)
    is_compared = sorted(scores) == [0, 1]
    return Example(
        "gemini-preference",
        turns,
        place=Place(("contents",)) if "contents" in value else Place(),
        value=value,
        preferred=preferred,
        non_preferred=other,
        outputs=(Place(("completions", places[0])), Place(("completions", places[1]))),
        readable=is_compared and all(turn.role is not None for turn in (*turns, *preferred, *other)),
    )


def _scores(completions: Any) -> list[float]:
    """The scores of the answers, as far as they can be read."""
    listed = completions if type(completions) is list else []
    scores = (one.get("score") if type(one) is dict else None for one in listed)
    return [one for one in scores if type(one) in (int, float)]  # type: ignore[misc]


def _answer(value: dict[str, Any], at: int) -> Iterator[Turn]:
    completions = value.get("completions")
    if type(completions) is not list or at >= len(completions):
        return
    one = completions[at]
    if type(one) is dict and "completion" in one:
        yield from read_content(one["completion"], ("completions", at, "completion"))
    else:
        yield Turn(None, ("completions", at), content="other")


def _compose(example: Example) -> dict[str, Any]:
    around, turns = write_around(example)
    completions = []
    for score, answer in ((1, example.preferred), (0, example.non_preferred)):
        completions.append({"score": score, "completion": write_content(the_one(answer))})
    return {"contents": write_contents(turns), "completions": completions, **around}


def _outline(row: Preference) -> tuple[Hashable, list[str]]:
    outline, texts = outline_of_contents(row)
    first, second = row.completions
    better, other = (second, first) if first.score < second.score else (first, second)
    answers = (better.completion, other.completion)
    texts += [only_text(one.parts) for one in answers]
    return (*outline, first.score, second.score, *(one.role for one in answers)), texts


FORMAT = Format(
    name="gemini-preference",
    title="Gemini preference",
    description=(
        "One prompt a row under `contents` and two `completions`, one with the score 1 and one with 0, for "
        "preference tuning of Gemini at Google Cloud."
    ),
    shape=Preference,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=40,
    stage="preference",
    home="gemini",
    kind="preference",
    plain_keys=PLAIN_KEYS | {"completions", "completion", "score"},
    outline=_outline,
    compose=_compose,
)
