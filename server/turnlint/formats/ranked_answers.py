"""Several answers to one prompt, each with a rank: NeMo RL's comparisons, and Axolotl's `nectar`.

Sources: NVIDIA-NeMo/RL, docs/guides/dpo.md at 7ea279a (2026-08-22): the lowest rank is the better answer;
axolotl-ai-cloud/axolotl, src/axolotl/prompt_strategies/dpo/zephyr.py at 067b021 (2026-07-24): the two highest
ranks are compared, and the highest of them is taken for the better answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.composing import as_pair, said_by_one
from turnlint.formats.messages import read_turns
from turnlint.formats.open_messages import OPEN_ROLES, OpenMessages, as_open_messages
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.formats.sides import PLAIN_KEYS, outline_side
from turnlint.model import Example, Place, ShapeFault, Text, Turn

_PAIR = 2


class Completion(Shape, forbid_unknown_fields=False):
    """One answer and its rank."""

    owner: ClassVar[str] = "completion"
    rank: Annotated[int | float, note("The place of the answer among the others: the lowest is the best.")]
    completion: Annotated[OpenMessages, note("The answer, as messages.", min_length=1)]


class Ranked(Shape, forbid_unknown_fields=False):
    """One comparison. NeMo RL ignores the keys that it does not know."""

    context: Annotated[OpenMessages, note("The conversation up to the answer.", min_length=1)]
    completions: Annotated[list[Completion], note("The two answers.")]


class Answer(Shape, forbid_unknown_fields=False):
    """One answer and its rank."""

    owner: ClassVar[str] = "answer"
    answer: Annotated[str, note("The answer.")]
    rank: Annotated[int | float, note("The highest is taken for the better answer, the next for the worse.")]


class Nectar(Shape, forbid_unknown_fields=False):
    """One comparison. Axolotl ignores the keys that it does not know."""

    prompt: Annotated[str, note("What is asked.")]
    answers: Annotated[list[Answer], note("Two answers or more.")]


def _is_ranked(value: dict[str, Any]) -> bool:
    return "context" in value and "completions" in value


def _is_nectar(value: dict[str, Any]) -> bool:
    answers = value.get("answers")
    first = answers[0] if type(answers) is list and answers else None
    return "prompt" in value and type(first) is dict and "answer" in first and "rank" in first


def _by_rank(items: Any) -> list[int]:
    """The places of the items that have a rank, the lowest first."""
    listed = enumerate(items if type(items) is list else ())
    ranks = [(one["rank"], at) for at, one in listed if type(one) is dict and _is_number(one.get("rank"))]
    return [at for _, at in sorted(ranks)]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _count_fault(key: str, items: list[Any], expected: str) -> ShapeFault:
    return ShapeFault("answer-count", Place((key,)), "row", key, (expected,), len(items), "answer-count")


def _verify_ranked(value: dict[str, Any]) -> Iterator[ShapeFault]:
    completions = value["completions"]
    if len(completions) != _PAIR:
        yield _count_fault("completions", completions, "two")
    elif completions[0]["rank"] == completions[1]["rank"]:
        place, name = Place(("completions", 1, "rank")), "equal-ranks"
        yield ShapeFault(name, place, "completion", "rank", (), completions[1]["rank"], name)


def _verify_nectar(value: dict[str, Any]) -> Iterator[ShapeFault]:
    if len(value["answers"]) < _PAIR:
        yield _count_fault("answers", value["answers"], "two or more")


def _read_ranked(value: dict[str, Any]) -> Example:
    order = _by_rank(value.get("completions"))
    compared = [order[0], order[-1]] if len(order) > 1 else []
    answers = [
        read_turns(value["completions"][at].get("completion"), ("completions", at, "completion"), OPEN_ROLES)
        for at in compared
    ]
    prompt = read_turns(value.get("context"), ("context",), OPEN_ROLES)
    return _compared(
        "ranked-preference", value, prompt, answers, [Place(("completions", at)) for at in compared]
    )


def _read_nectar(value: dict[str, Any]) -> Example:
    order = _by_rank(value.get("answers"))
    compared = order[: -_PAIR - 1 : -1] if len(order) > 1 else []
    turns = [_answer(value["answers"][at], ("answers", at)) for at in compared]
    prompt = read_pair(value, {"prompt": "user"})
    return _compared(
        "nectar", value, prompt, [(turn,) for turn in turns], [Place(("answers", at)) for at in compared]
    )


def _answer(item: dict[str, Any], pointer: tuple[str | int, ...]) -> Turn:
    (turn,) = read_pair({"answer": item.get("answer")}, {"answer": "assistant"})
    texts = tuple(Text(text.value, (*pointer, *text.pointer)) for text in turn.texts)
    return replace(turn, pointer=pointer, texts=texts)


def _compared(
    name: str,
    value: dict[str, Any],
    prompt: tuple[Turn, ...],
    answers: list[tuple[Turn, ...]],
    outputs: list[Place],
) -> Example:
    preferred, non_preferred = answers or ((), ())
    turns = (*prompt, *preferred, *non_preferred)
    return Example(
        name,
        prompt,
        value=value,
        preferred=preferred,
        non_preferred=non_preferred,
        outputs=(outputs[0], outputs[1]) if outputs else (Place(), Place()),
        readable=bool(prompt and answers) and all(turn.role is not None for turn in turns),
    )


def _compose(example: Example) -> dict[str, Any]:
    answers = [as_open_messages(one) for one in (example.preferred, example.non_preferred)]
    completions = [{"rank": rank, "completion": one} for rank, one in enumerate(answers)]
    return {"context": as_open_messages(example.turns), "completions": completions}


def _compose_nectar(example: Example) -> dict[str, Any]:
    answers = [said_by_one(one) for one in (example.non_preferred, example.preferred)]
    listed = [{"answer": one, "rank": rank} for rank, one in enumerate(answers)]
    return {**as_pair(example.turns, {"prompt": "user"}), "answers": listed[::-1]}


def _outline(row: Ranked) -> tuple[Hashable, list[str]]:
    if len(row.completions) != _PAIR:
        raise TypeError
    better, worse = first, second = row.completions
    if first.rank > second.rank:
        better, worse = second, first
    context, asked = outline_side(row.context)
    (roles, preferred), (others, rejected) = outline_side(better.completion), outline_side(worse.completion)
    return (context, first.rank, second.rank, roles, others), [*asked, *preferred, *rejected]


def _outline_nectar(row: Nectar) -> tuple[Hashable, list[str]]:
    ranks = tuple([one.rank for one in row.answers])
    if len(ranks) != _PAIR:
        raise TypeError  # The texts of the answers that are not compared are read by nobody.
    second, first = sorted(row.answers, key=lambda one: one.rank)
    return ranks, [row.prompt, first.answer, second.answer]


FORMATS = (
    Format(
        name="ranked-preference",
        title="Ranked preference",
        description=(
            "A conversation under `context`, and two answers under `completions`, each with a `rank`, the "
            "lowest of which is the better one: NeMo RL's format for DPO and reward models."
        ),
        shape=Ranked,
        recognise=_is_ranked,
        verify=_verify_ranked,
        example=_read_ranked,
        rank=70,
        stage="preference",
        home="nemo-rl",
        kind="preference",
        plain_keys=PLAIN_KEYS | {"context", "completions", "rank", "completion"},
        outline=_outline,
        compose=_compose,
    ),
    Format(
        name="nectar",
        title="Nectar",
        description=(
            "A prompt and several answers, each with a `rank`: Axolotl's type `zephyr.nectar` for DPO, which "
            "takes the answer with the highest rank for the better one and the next for the worse."
        ),
        shape=Nectar,
        recognise=_is_nectar,
        verify=_verify_nectar,
        example=_read_nectar,
        rank=71,
        stage="preference",
        home="axolotl",
        kind="preference",
        plain_keys=frozenset(("prompt", "answers", "answer", "rank")),
        outline=_outline_nectar,
        compose=_compose_nectar,
    ),
)
