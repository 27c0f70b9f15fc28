"""A conversation and two answers, as Axolotl's `chat_template.default` for DPO reads them.

Source: axolotl-ai-cloud/axolotl, src/axolotl/prompt_strategies/dpo/chat_template.py at 067b021 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, TypeAlias

from turnlint.formats import Format
from turnlint.formats.composing import the_one
from turnlint.formats.messages import read_turn
from turnlint.formats.open_messages import (
    OPEN_ROLES,
    OpenAssistant,
    OpenMessages,
    OpenSystem,
    OpenToolResult,
    OpenUser,
    as_open_messages,
)
from turnlint.formats.scores import read_scores
from turnlint.formats.shape import Shape, note
from turnlint.formats.sides import PLAIN_KEYS, Side, outline_side, read_side
from turnlint.model import Example, Place, Turn

_ROLE_RULES = {"unknown-tag": "unknown-role", "missing-tag": "missing-role"}
Answer: TypeAlias = (
    str | OpenSystem | OpenUser | OpenAssistant | OpenToolResult | Annotated[OpenMessages, note(min_length=1)]
)
"""A text, a message, or messages the last of which is the answer."""


class Comparison(Shape, forbid_unknown_fields=False):
    """One comparison. Trainers ignore the keys that they do not know."""

    messages: Annotated[Side, note("The conversation up to the answer.")]
    chosen: Annotated[Answer, note("The better answer.", rules=_ROLE_RULES)]
    rejected: Annotated[Answer, note("The worse answer.", rules=_ROLE_RULES)]


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() >= {"messages", "chosen", "rejected"} and "prompt" not in value


def _plausible(value: dict[str, Any]) -> bool:
    return "messages" in value and ("chosen" in value or "rejected" in value)


def _answer(value: dict[str, Any], key: str) -> tuple[Turn, ...]:
    answer = value.get(key)
    if type(answer) is dict:
        return (read_turn(answer, (key,), OPEN_ROLES),)
    return read_side(value, key, "assistant")[-1:]


def _example(value: dict[str, Any]) -> Example:
    prompt = read_side(value, "messages", "user")
    chosen, rejected = (_answer(value, key) for key in ("chosen", "rejected"))
    return Example(
        "messages-preference",
        prompt,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        preferred=chosen,
        non_preferred=rejected,
        outputs=(Place(("chosen",)), Place(("rejected",))),
        scores=read_scores(value),
        readable=bool(prompt) and all(turn.role is not None for turn in (*prompt, *chosen, *rejected)),
    )


def _compose(example: Example) -> dict[str, Any]:
    answers = [the_one(one) for one in (example.preferred, example.non_preferred)]
    chosen, rejected = as_open_messages(answers)
    return {"messages": as_open_messages(example.turns), "chosen": chosen, "rejected": rejected}


def _outline(row: Comparison) -> tuple[Hashable, list[str]]:
    prompt, asked = outline_side(row.messages)
    answers = [_outline_answer(one) for one in (row.chosen, row.rejected)]
    return (prompt, *[kind for kind, _ in answers]), [*asked, *[text for _, text in answers]]


def _outline_answer(answer: Any) -> tuple[Hashable, Any]:
    if type(answer) is str:
        return str, answer
    if type(answer) is list:
        raise TypeError("what stands before the answer is not read")
    return type(answer).__name__, answer.content


FORMAT = Format(
    name="messages-preference",
    title="Messages and two answers",
    description=(
        "A conversation under `messages`, and two answers, `chosen` and `rejected`, each a string, a message "
        "or a list whose last message counts: Axolotl's type `chat_template.default` for DPO."
    ),
    shape=Comparison,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=78,
    stage="preference",
    home="axolotl",
    kind="preference",
    plain_keys=PLAIN_KEYS | {"messages", "chosen", "rejected"},
    outline=_outline,
    compose=_compose,
)
