"""Two whole conversations with their scores, as Fireworks AI's cookbook reads preference data.

Source: fw-ai/cookbook, training/utils/data.py and skills/fireworks-training/references/choose-method.md at
76821fa (2026-08-19).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import takewhile
from typing import Annotated, Any, ClassVar, Literal

from turnlint.formats import Format
from turnlint.formats.host_messages import HostMessages, check_messages
from turnlint.formats.messages import MESSAGES_ALIASES, read_turns
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault, Turn

_PAIR = 2


class Sample(Shape, forbid_unknown_fields=False):
    """One conversation and whether its end is the better one."""

    owner: ClassVar[str] = "sample"
    messages: Annotated[
        HostMessages,
        note("The conversation with its answer.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    score: Annotated[Literal[0, 1], note("1 for the better answer, 0 for the other.")]


class Samples(Shape, forbid_unknown_fields=False):
    """One comparison. Keys that are not known are passed over."""

    samples: Annotated[list[Sample], note("The two conversations, which differ in their end.")]


def _recognise(value: dict[str, Any]) -> bool:
    samples = value.get("samples")
    first = samples[0] if type(samples) is list and samples else None
    return type(first) is dict and "messages" in first


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    samples, rule = value["samples"], "score-values"
    if len(samples) != _PAIR:
        yield ShapeFault("invalid-value", Place(("samples",)), "row", "samples", (), samples, rule)
    elif samples[0]["score"] == samples[1]["score"]:
        place, score = Place(("samples", 1, "score")), samples[1]["score"]
        yield ShapeFault("invalid-value", place, "sample", "score", (str(1 - int(score)),), score, rule)
    for at, sample in enumerate(samples):
        yield from check_messages(sample["messages"], ("samples", at, "messages"))


def _example(value: dict[str, Any]) -> Example:
    order = _order(value.get("samples"))
    talks = [_turns(value["samples"][at], at) for at in order]
    prompt = _shared(value["samples"], order) if order else 0
    preferred, other = [talk[prompt:] for talk in talks] or ((), ())
    places = [Place(("samples", at)) for at in order] or [Place(), Place()]
    return Example(
        "paired-samples",
        talks[0][:prompt] if talks else (),
        place=places[0],
        value=value,
        preferred=preferred,
        non_preferred=other,
        outputs=(places[0], places[1]),
        readable=bool(talks) and all(turn.role is not None for talk in talks for turn in talk),
    )


def _order(samples: Any) -> list[int]:
    """Where the better and the other conversation stand; nowhere unless there are two."""
    if type(samples) is not list or len(samples) != _PAIR:
        return []
    scores = [sample.get("score") if type(sample) is dict else None for sample in samples]
    return [1, 0] if scores == [0, 1] else [0, 1]


def _turns(sample: Any, at: int) -> tuple[Turn, ...]:
    return read_turns(sample.get("messages") if type(sample) is dict else None, ("samples", at, "messages"))


def _shared(samples: list[Any], order: list[int]) -> int:
    """How many messages both begin with, of which the last ones are answers."""
    talks = [samples[at].get("messages") if type(samples[at]) is dict else None for at in order]
    one, other = [talk if type(talk) is list else [] for talk in talks]
    pairs = zip(one[:-1], other[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _outline(row: Samples) -> tuple[Hashable, list[str]]:
    if sorted(sample.score for sample in row.samples) != [0, 1]:
        raise TypeError
    better, other = row.samples if row.samples[0].score else row.samples[::-1]
    asked = [message.content for message in better.messages[:-1]]
    if asked != [message.content for message in other.messages[:-1]]:
        raise TypeError
    texts: list[Any] = [*asked, better.messages[-1].content, other.messages[-1].content, *asked]
    roles = [tuple(map(type, sample.messages)) for sample in row.samples]
    return (row.samples[0].score, *roles), texts


FORMAT = Format(
    name="paired-samples",
    title="Paired samples",
    description=(
        "Two whole conversations a row under `samples`, each with a `score` of 1 or 0, for preference "
        "training by Fireworks AI's cookbook."
    ),
    shape=Samples,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=85,
    stage="preference",
    home="fireworks",
    kind="preference",
    plain_keys=frozenset(("samples", "messages", "role", "content", "score")),
    outline=_outline,
)
