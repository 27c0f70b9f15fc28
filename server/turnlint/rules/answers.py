"""What rows answer to one prompt: which answers are of one kind, and whether they were asked the same."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any

from msgspec.structs import replace

from turnlint.model import Call, Example, Place, Turn
from turnlint.rules.compare import Exchange, Group, Member, Verdict
from turnlint.text.canonical import canonical, canonical_json
from turnlint.text.contrast import Contrast, contrast
from turnlint.text.normal import normal

__all__ = [
    "SMALL_TALK",
    "Answer",
    "answers",
    "asked_alike",
    "contrasts",
    "distinct",
    "numbered",
    "questions",
    "references",
    "rivals",
    "same_around",
    "same_turns",
]

SMALL_TALK = 16
"""A question of fewer bytes in its normal form has no single answer."""

_REFERENCE = frozenset(
    (
        *("answer", "answers", "completion", "correct", "expected", "gold", "label", "labels", "output"),
        *("reference", "response", "result", "solution", "target", "truth"),
    )
)
"""Words in the name of a grader's field that holds what the model should answer."""
_WORD = re.compile(r"[a-z]+")
_IMAGE = 1_000
_QUESTIONS = 16
"""So many prompts that differ in a way that matters are told apart in a group."""


class Answer:
    """What a row answers to the prompt of a group."""

    def __init__(self, member: Member, exchange: Exchange, example: Example) -> None:
        self.member = member
        self.exchange = exchange
        self.example = example

    @property
    def handle(self) -> int:
        """The row."""
        return self.member.handle

    @property
    def split(self) -> str:
        """train, validation or test."""
        return self.member.origin.split

    @property
    def method(self) -> str:
        """What it is trained by: answers of different methods have nothing to do with each other."""
        if self.example.outputs is not None:
            return "preference"
        if self.example.verdict is not None:
            return "judged"
        return "sft" if self.exchange.turns else "reinforcement"

    @cached_property
    def asked(self) -> tuple[Turn, ...]:
        """All turns before the answer."""
        first = self.exchange.turns[0] if self.exchange.turns else None
        return tuple(takewhile(lambda turn: turn is not first, self.example.turns))

    @cached_property
    def says(self) -> Hashable:
        """What it says, as a key: the same for answers that say the same."""
        if self.method == "preference":
            return self.exchange.answer, self.exchange.other
        if self.method == "judged":
            return self.exchange.answer, canonical(self.example.verdict)
        if self.method == "reinforcement" and (found := references(self.example)):
            return tuple(sorted((key, canonical(value)) for key, value in found.items()))
        return self.exchange.answer

    @property
    def text(self) -> str:
        """All its texts, joined by line feeds."""
        return "\n".join(turn.text for turn in self.exchange.turns)

    @property
    def place(self) -> Place:
        """The answer, shown as its first token."""
        if self.exchange.turns:
            return self.exchange.turns[0].place
        return next((self.example.extra[key] for key in references(self.example)), Place())

    @property
    def content_place(self) -> Place:
        """Its first text."""
        return next((text.place for turn in self.exchange.turns for text in turn.texts), self.place)

    @property
    def is_taught(self) -> bool:
        """The model is trained on it: no weight says otherwise."""
        return not any(turn.weight == 0 for turn in self.exchange.turns)

    @cached_property
    def question_bytes(self) -> int:
        """How much was asked, in bytes of its normal form, where an image counts as much as a paragraph.

        Where it is nothing any answer is right, and of small talk many are.
        """
        asked = [turn for turn in self.asked if turn.role not in ("system", "developer")]
        shown = sum(len(turn.images) for turn in asked) + len(self.example.media)
        texts = (text.value for turn in asked if turn.role != "assistant" for text in turn.texts)
        return _IMAGE * shown + sum(len(normal(text)) for text in texts)


def references(example: Example) -> dict[str, Any]:
    """The grader's fields of a row that hold what the model should answer."""
    fields = example.fields.items()
    return {key: said for key, said in fields if _REFERENCE & set(_WORD.findall(key.lower()))}


def answers(group: Group) -> Iterator[Answer]:
    """What each member answers to the prompt, wherever in the row."""
    for member in group.members:
        exchange = member.answering(group.key)
        if exchange is not None and member.example is not None:
            yield Answer(member, exchange, member.example)


def rivals(group: Group, *, inner: bool = False) -> list[list[Answer]]:
    """Answers of one split and method, in order of the rows: the last ones of rows, with `inner` all."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for one in answers(group):
        if inner or one.exchange.is_last:
            found.setdefault((one.split, one.method), []).append(one)
    return list(found.values())


def questions(group: Group, *, inner: bool = False) -> Iterator[list[Answer]]:
    """The same, parted by what was asked: the prompts of a group may differ in a way that matters."""
    for found in rivals(group, inner=inner):
        parts: list[list[Answer]] = []
        for one in found:
            part = next((part for part in parts if asked_alike(part[0], one)), None)
            if part is not None:
                part.append(one)
            elif len(parts) < _QUESTIONS:
                parts.append([one])
        yield from parts


def distinct(rows: Iterable[Answer]) -> list[Answer]:
    """The first row with each answer."""
    firsts: dict[Hashable, Answer] = {}
    for row in rows:
        firsts.setdefault(row.says, row)
    return list(firsts.values())


def asked_alike(one: Answer, other: Answer, *, loosely: bool = False) -> bool:
    """Whether both were asked the same: nothing before them differs in a way that may matter.

    `loosely`, case and white space may differ where that may matter.
    """
    if not same_around(one.example, other.example):
        return False
    return same_turns(one.asked, other.asked, loosely=loosely)


def same_turns(ones: Sequence[Turn], others: Sequence[Turn], *, loosely: bool = False) -> bool:
    """Whether turns say the same, however they write it; `loosely` as in `asked_alike`."""
    found = contrasts(ones, others)
    return found is not None and (loosely or not any(each.matters for each in found))


def contrasts(ones: Sequence[Turn], others: Sequence[Turn]) -> list[Contrast] | None:
    """How the texts of turns differ, text by text; None where they say different things."""
    if len(ones) != len(others):
        return None
    found = []
    for one, other in zip(ones, others, strict=True):
        if not _same_beside_texts(one, other):
            return None
        for text, counterpart in zip(one.texts, other.texts, strict=True):
            made = contrast(text.value, counterpart.value)
            if made is None:
                return None
            found.append(made)
    return found


def same_around(one: Example, other: Example) -> bool:
    """Whether what the model reads and sees besides turns is the same."""
    return one.media == other.media and _around(one) == _around(other)


def numbered(found: Iterable[Verdict], key: int) -> Iterator[Verdict]:
    """Verdicts that are accepted together, by a key of their own."""
    return (replace(one, group=key, number=number) for number, one in enumerate(found, 1))


def _same_beside_texts(one: Turn, other: Turn) -> bool:
    return (
        (one.role, one.name, one.refusal, len(one.texts))
        == (other.role, other.name, other.refusal, len(other.texts))
        and [image.url for image in one.images] == [image.url for image in other.images]
        and list(map(_call, one.calls)) == list(map(_call, other.calls))
    )


def _call(call: Call) -> tuple[bytes, bytes]:
    return normal(call.name or ""), canonical_json(call.arguments)


def _around(example: Example) -> list[bytes]:
    found = [normal(one.value) for one in example.aside]
    for tool in example.tools:
        words = tool.description.value if tool.description else ""
        found += normal(tool.name or ""), normal(words), canonical(tool.parameters)
    return found
