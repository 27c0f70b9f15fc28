"""Is the data ready to train on? The questions that published guides ask, one file each, found by itself.

A module of this package without a leading underscore is a question. Its docstring says what it asks and why.
It holds `QUESTION`, and a function

    answer(evidence: Evidence) -> Answer | None     what the data says; None where that is no question

What the rules behind a question find makes its verdict worse and never better, so that nothing is called
ready that `turnlint check` has something to say of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from functools import cache
from importlib import import_module

from msgspec import Struct, field
from msgspec.structs import replace

from turnlint.engine.readiness._evidence import Evidence, Found, Judged, Part, evidences, judged
from turnlint.model import Severity
from turnlint.modules import modules_of

__all__ = [
    "METHODS",
    "Answer",
    "Answered",
    "Checklist",
    "Evidence",
    "Found",
    "Judged",
    "Part",
    "Question",
    "Verdict",
    "all_questions",
    "checklists",
    "judged",
]


METHODS = {
    "sft": "supervised fine-tuning",
    "preference": "preference fine-tuning",
    "reinforcement": "reinforcement fine-tuning",
}
"""The training methods in words."""


class Verdict(IntEnum):
    """What the answer to a question means; a larger number asks for more."""

    NOT_ASKED = 0
    """It is not about such data."""
    READY = 1
    NOT_KNOWN = 2
    """The data alone does not say it."""
    LOOK = 3
    NOT_READY = 4

    @property
    def key(self) -> str:
        """How programs are told: `not-ready`."""
        return self.name.lower().replace("_", "-")

    @property
    def words(self) -> str:
        """How people are told."""
        return "look at this" if self is Verdict.LOOK else self.key.replace("-", " ")


class Question(Struct, frozen=True, kw_only=True):
    """The declaration of a question."""

    asks: str
    place: int
    """Where it stands among the others."""
    rules: tuple[str, ...] = ()
    """The rules and families of rules behind it."""
    sources: tuple[str, ...]
    """The documents behind it."""
    todo: str = ""
    """What to do where its rules find something."""


class Answer(Struct, frozen=True):
    """What the data says."""

    figure: str
    """A sentence with the figure."""
    verdict: Verdict = Verdict.READY
    todo: str = ""
    """What to do, or how to know; a sentence or two."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The figure for programs; a share is from 0 to 1."""


class Answered(Struct, frozen=True):
    """A question with its answer, and with what the rules behind it found."""

    name: str
    question: Question
    answer: Answer
    found: tuple[Found, ...] = ()


class Checklist(Struct, frozen=True):
    """All questions about some files that are trained on and validated with together."""

    evidence: Evidence
    answers: tuple[Answered, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        return max(one.answer.verdict for one in self.answers)

    @property
    def shown(self) -> list[Answered]:
        """The answers in the order in which people read them: what is not asked comes last."""
        return sorted(self.answers, key=lambda one: one.answer.verdict is Verdict.NOT_ASKED)

    def count(self, verdict: Verdict) -> int:
        """How many answers have a verdict."""
        return sum(one.answer.verdict == verdict for one in self.answers)


_NOBODY = Answer("", Verdict.NOT_ASKED)
_VERDICTS = {Severity.ERROR: Verdict.NOT_READY, Severity.WARNING: Verdict.LOOK, Severity.INFO: Verdict.LOOK}


@cache
def all_questions() -> dict[str, tuple[Question, Callable[[Evidence], Answer | None]]]:
    """Every question by name, in their order, each with what answers it."""
    names = (name for name in modules_of(__path__) if name[0] != "_")
    modules = {name.replace("_", "-"): import_module(f"{__name__}.{name}") for name in names}
    found = {name: (module.QUESTION, module.answer) for name, module in modules.items()}
    return dict(sorted(found.items(), key=lambda one: one[1][0].place))


def checklists(files: list[Judged]) -> Iterator[Checklist]:
    """Answer all questions about the files of a data set: once for each training method."""
    for evidence in evidences(files):
        yield Checklist(evidence, tuple(_answered(name, evidence) for name in all_questions()))


def _answered(name: str, evidence: Evidence) -> Answered:
    question, asked = all_questions()[name]
    found = evidence.found(question.rules)
    given = asked(evidence)
    if given is None and not found:
        return Answered(name, question, _NOBODY)
    verdict = max((_VERDICTS.get(one.severity, Verdict.READY) for one in found), default=Verdict.READY)
    answer = given or Answer("")
    if verdict > answer.verdict:
        answer = replace(answer, verdict=verdict, todo=answer.todo or question.todo)
    return Answered(name, question, answer, found)
