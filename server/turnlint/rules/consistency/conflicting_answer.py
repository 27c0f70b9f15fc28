"""
What it does:
    Finds rows of one split that answer the same prompt differently: a warning where the answers are the same but
    for numbers, booleans or single values in JSON, else an information. It is told once a row, of the first row
    with the prompt. Answers that are `alike` are taken for the same in other words; more than `most_answers`
    different ones for samples that are meant, as in data with several answers to each prompt. Small talk stays
    silent, and so do preference data and answers with weight 0. Of rows for reinforcement, the fields with the
    right answer are compared.

Why it is bad:
    Where only one answer is right, the model learns to guess.

Example:
    {"prompt": "How many legs has an octopus? Answer in one sentence.", "completion": "An octopus has 8 legs."}
    {"prompt": "How many legs has an octopus? Answer in one sentence.", "completion": "An octopus has 6 legs."}

Use instead:
    {"prompt": "How many legs has an octopus? Answer in one sentence.", "completion": "An octopus has 8 legs."}
    {"prompt": "How many legs has an ant? Answer in one sentence.", "completion": "An ant has 6 legs."}

Fix:
    None.

Sources:
    OpenAI, fine-tuning best practices: the examples must agree with each other.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from turnlint.model import Call, Place, Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.answers import SMALL_TALK, Answer, numbered, references
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.consistency._clash import Clash, clash
from turnlint.rules.consistency._conflicts import conflicts
from turnlint.rules.consistency._labels import MARKS
from turnlint.rules.wording import where_held_out
from turnlint.text.compact import compact
from turnlint.text.decode import value_of
from turnlint.text.normal import normal

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to guess",
    yields_to=("conflicting-label",),
    parameters={"alike": 0.8, "most_answers": 3},
)

_UNDECIDED = "the evaluation cannot tell which one is right"
_COMPARED = 10_000
"""So many characters of two answers are compared to find out whether they say the same in other words."""


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    found = (_verdicts(rows, rule) for rows in conflicts(group) if len(rows) <= rule["most_answers"])
    return numbered(chain.from_iterable(found), group.key)


def _verdicts(rows: list[Answer], rule: Bound) -> Iterator[Verdict]:
    for at, one in enumerate(rows):
        found = _clash_with(rows[:at], one)
        if found is not None:
            yield _of_values(rule, one, *found)
        elif (
            at
            and one.question_bytes >= SMALL_TALK
            and not any(_is_alike(rule, earlier, one) for earlier in rows[:at])
        ):
            yield Verdict(
                rule.module.name,
                one.handle,
                f"this row answers the prompt of {ROW} in another way",
                "Correct one of them, unless both are right.",
                others=(rows[0].handle,),
                places=(rows[0].place,),
                notes=("the same prompt",),
                why=where_held_out(one.split, _UNDECIDED),
                place=one.place,
                most=Severity.INFO,
            )


def _clash_with(earlier: Sequence[Answer], one: Answer) -> tuple[Answer, Clash] | None:
    """The first clash with an earlier answer, and that answer."""
    found = ((other, clash(_said(other), _said(one))) for other in earlier)
    return next(((other, clashing) for other, clashing in found if clashing), None)


def _of_values(rule: Bound, one: Answer, other: Answer, found: Clash) -> Verdict:
    there, here = found.values
    return Verdict(
        rule.module.name,
        one.handle,
        f"{ROW} answers the same prompt with {quote(there)}, and this row with {quote(here)}",
        "Correct the one that is wrong.",
        others=(other.handle,),
        places=(_place(other, found, 0),),
        notes=("the same prompt",),
        why=where_held_out(one.split, _UNDECIDED),
        place=_place(one, found, 1),
    )


def _place(answer: Answer, found: Clash, side: int) -> Place:
    if answer.method == "reinforcement":
        return Place(found.pointer or ())
    texts = [text for turn in answer.exchange.turns for text in turn.texts]
    if len(texts) != 1 or answer.exchange.turns[0].calls:
        return answer.place
    if found.chars is not None:
        return texts[0].place.slice(*found.chars[side])
    return replace(texts[0].place, inner=Place(found.pointer or ()))


def _said(answer: Answer) -> str:
    """What an answer says as one text: with its calls, or of rows for reinforcement what is right."""
    if answer.method == "reinforcement":
        return compact(references(answer.example))
    calls = [call for turn in answer.exchange.turns for call in turn.calls]
    return compact([*map(_call, calls), answer.text]) if calls else answer.text


def _call(call: Call) -> dict[str, Any]:
    value = call.arguments
    read = value_of(value.encode("utf-8", "surrogatepass")) if type(value) is str else value
    return {call.name or "": read}


def _is_alike(rule: Bound, one: Answer, other: Answer) -> bool:
    """Whether two answers say the same in other words."""
    from rapidfuzz.fuzz import ratio

    first, second = _essence(one), _essence(other)
    return first == second or ratio(first, second, score_cutoff=100 * rule["alike"]) > 0


def _essence(answer: Answer) -> str:
    """The beginning of what an answer says, in its normal form and without marks around it."""
    return normal(_said(answer)[:_COMPARED].strip(MARKS)).decode("utf-8", "replace")
