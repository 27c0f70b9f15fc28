"""
What it does:
    Finds a label that is written in another way than nearly always: with a capital, with white space around it,
    with a full stop. Labels are answers of a few words that come again and again, in a file in which half of the
    answers are such labels. Parameters: a label stands in so many `rows`, and `share` of them may be unlike the
    most frequent one; where there are more, they are told of once. Where the system prompt is another one, or
    the question alone asks for this way of writing, it is taken for meant.

Why it is bad:
    To the model each way of writing is a class of its own, and what counts the answers takes them for different
    ones.

Example:
    With `rules.label-variant = { rows = 2, share = 0.5 }` in the settings:
    {"prompt": "The sea was calm. ->", "completion": " positive"}
    {"prompt": "We were all sick. ->", "completion": " negative"}
    {"prompt": "The crew was kind. ->", "completion": " positive"}
    {"prompt": "The food was cold. ->", "completion": " negative"}
    {"prompt": "We came in time. ->", "completion": " Positive."}

Use instead:
    With `rules.label-variant = { rows = 2, share = 0.5 }` in the settings:
    {"prompt": "The sea was calm. ->", "completion": " positive"}
    {"prompt": "We were all sick. ->", "completion": " negative"}
    {"prompt": "The crew was kind. ->", "completion": " positive"}
    {"prompt": "The food was cold. ->", "completion": " negative"}
    {"prompt": "We came in time. ->", "completion": " positive"}

Fix:
    Unsafe: writes the label as it is written most of the time.

Sources:
    deepchecks/deepchecks, string mismatch (2026); kaeawc/datalint, enum drift (2026).
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from turnlint.corpus.tally import Count
from turnlint.model import Edit, Fix, Severity, Text
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Member, Spread, Verdict
from turnlint.rules.consistency._drift import answer_of
from turnlint.rules.consistency._labels import Label, closed_labels
from turnlint.rules.wording import written

RULE = Rule(
    severity=Severity.WARNING,
    why="to the model that is another class",
    parameters={"rows": 20, "share": 0.05},
)
TRAIT = "label"

_COVERED = 0.5
_SAMPLE = 50
"""So many rows tell how a label is usually asked for."""


class _Usual(Struct, frozen=True):
    """How a label is written most of the time, and what is asked there."""

    form: str
    count: Count
    systems: frozenset[str]
    questions: tuple[str, ...]

    def is_asked_alike(self, member: Member, form: str) -> bool:
        """Whether a row with another form asks as these rows do: not for that form, which they do not name."""
        if _asked(member, ("system", "developer")) not in self.systems:
            return False
        names = re.compile(rf"(?<!\w){re.escape(form.strip())}(?!\w)").search
        if not names(_asked(member, ("user",))):
            return True
        return 2 * sum(names(question) is not None for question in self.questions) >= len(self.questions)


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    labels = closed_labels(spread, rule["rows"], _COVERED)
    for label in labels.values() if len(labels) > 1 else ():
        if len(label.forms) > 1:
            yield from _variants(spread, rule, label)


def _variants(spread: Spread, rule: Bound, label: Label) -> Iterator[Verdict]:
    """Where few rows have a variant each is told of, else the first one: it may be meant."""
    (form, count), *variants = label.forms
    rows = [spread.member(handle) for handle in count.handles]
    usual = _Usual(
        form,
        count,
        frozenset(_asked(row, ("system", "developer")) for row in rows),
        tuple(_asked(row, ("user",)) for row in rows[:_SAMPLE]),
    )
    for variant, found in variants:
        is_rare = found.rows <= rule["share"] * label.rows
        members = map(spread.member, found.handles[: None if is_rare else 1])
        alike = (one for one in members if usual.is_asked_alike(one, variant))
        for member, text in ((one, text) for one in alike if (text := _text(one))):
            if is_rare:
                yield _few(rule, usual, variant, member, text)
            else:
                yield _many(rule, usual, (variant, found), member, text)


def _few(rule: Bound, usual: _Usual, variant: str, member: Member, text: Text) -> Verdict:
    return Verdict(
        rule.module.name,
        member.handle,
        f"this label is {quote(variant)}, in {usual.count.rows:,} rows it is {quote(usual.form)}",
        "Write it alike everywhere.",
        others=tuple(usual.count.handles[:1]),
        place=text.place,
        notes=("the usual way to write it",),
        fix=Fix(
            f"Write {quote(usual.form)}",
            (Edit(text.place, written(usual.form)),),
        ),
    )


def _many(rule: Bound, usual: _Usual, variant: tuple[str, Count], member: Member, text: Text) -> Verdict:
    return Verdict(
        rule.module.name,
        member.handle,
        f"this label is {quote(variant[0])} in {variant[1].rows:,} rows, and {quote(usual.form)} in "
        f"{usual.count.rows:,}",
        "Write it alike everywhere, unless two tasks ask for it in two ways.",
        others=tuple(usual.count.handles[:1]),
        place=text.place,
        notes=("the other way to write it",),
        most=Severity.INFO,
    )


def _text(member: Member) -> Text | None:
    """The label of a row, where it is one text."""
    turn = answer_of(member)
    return turn.texts[0] if turn is not None and len(turn.texts) == 1 else None


def _asked(member: Member, roles: tuple[str, ...]) -> str:
    """What the turns of some roles say in a row: how a label is to be written may stand there."""
    turns = member.example.turns if member.example is not None else ()
    return "\n".join(turn.text for turn in turns if turn.role in roles)
