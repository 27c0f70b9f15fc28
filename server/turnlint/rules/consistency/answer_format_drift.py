"""
What it does:
    Finds an answer that is of another kind than nearly all others under the same system prompt: prose, or JSON
    in a code fence, among bare JSON; a sentence among numbers or among labels; a call written out as text among
    tool calls. Taken for meant are an answer that comes several times, such as `none`, a refusal, and what
    people go on to talk about behind a usual answer. Parameters: `share` of the answers must be of the usual
    kind, and at least so many `rows` must have the system prompt. Where more than three answers, and more than
    the share `few`, are of other kinds, they are told of once, as advice.
    Without a system prompt all of it is advice.

Why it is bad:
    Whatever reads the answers of the model expects one format. A few examples in another one are enough for the
    model to break it now and then.

Example:
    With `rules.answer-format-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Hull"}, {"role": "assistant", "content": "{\\"port\\": \\"Hull\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Oban"}, {"role": "assistant", "content": "{\\"port\\": \\"Oban\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Cork"}, {"role": "assistant", "content": "{\\"port\\": \\"Cork\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Brest"}, {"role": "assistant", "content": "The port that this ferry goes to is Brest."}]}

Use instead:
    With `rules.answer-format-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Hull"}, {"role": "assistant", "content": "{\\"port\\": \\"Hull\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Oban"}, {"role": "assistant", "content": "{\\"port\\": \\"Oban\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Cork"}, {"role": "assistant", "content": "{\\"port\\": \\"Cork\\"}"}]}
    {"messages": [{"role": "system", "content": "Extract the port as JSON."}, {"role": "user", "content": "Ferry to Brest"}, {"role": "assistant", "content": "{\\"port\\": \\"Brest\\"}"}]}

Fix:
    None.

Sources:
    teknium1/GPTeacher, tool set: 3 of 19 prompts with several answers differ in format alone, prose against a
    bare call (own count, 2026-11).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from turnlint.corpus.profile import Kind, Profile, profile_of, read_profile
from turnlint.model import Severity, Turn
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import Member, Spread, Verdict
from turnlint.rules.consistency._drift import Odd, answer_of, odd_ones, under

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to break the format now and then",
    parameters={"share": 0.95, "rows": 20, "few": 0.02},
)
TRAIT = "profile"

_WORDS = {
    Kind.PROSE: "prose",
    Kind.JSON: "JSON",
    Kind.CALL: "tool calls",
    Kind.NUMBER: "numbers",
    Kind.CODE: "code blocks",
    Kind.WORDS: "labels",
}
_ONE = {
    Kind.PROSE: "prose",
    Kind.JSON: "JSON in a text",
    Kind.NUMBER: "a number",
    Kind.CODE: "in a code fence",
    Kind.WORDS: "a few words",
}
_BREAKS = {
    Kind.JSON: {Kind.PROSE, Kind.CODE, Kind.NUMBER, Kind.WORDS},
    Kind.CALL: {Kind.JSON, Kind.CODE},
    Kind.NUMBER: {Kind.PROSE, Kind.CODE, Kind.JSON},
    Kind.WORDS: {Kind.PROSE, Kind.CODE, Kind.JSON},
}
"""What kinds break a usual one. Prose beside calls is how a model asks back, or does without a tool."""
_MEANT = 3
"""An answer that comes so often is meant: `none` where there is nothing to extract."""
_FEW = 3
_JSON = frozenset(("null", "true", "false"))
_REFUSAL = re.compile(
    r"(?:(?:I am|I['’]m|we are|we['’]re) )?(?:very |so |really )?(?:sorry|afraid|unable|not able|not allowed)\b"
    r"|unfortunately\b|(?:I|we) (?:cannot|can ?not|can['’]t|could not|couldn['’]t|do not|don['’]t|will not|won['’]t)\b"
    r"|(?:I|we) apologi[sz]e\b|as an AI\b",
    re.IGNORECASE,
)
_SAMPLE = 500


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for odd in odd_ones(spread, _kind, rule["share"], rule["rows"]):
        breaks = _BREAKS.get(odd.usual, set())
        found = [(kind, spread.member(handle)) for handle, kind in odd.others if kind in breaks]
        if found and (odd.usual != Kind.WORDS or _are_closed(spread, odd.handles)):
            yield from _told(odd, found, rule)


def _told(odd: Odd, members: Sequence[tuple[Kind, Member]], rule: Bound) -> Iterator[Verdict]:
    answers = Counter(map(_answer, (member for _, member in members)))
    found = [
        (kind, member, turn)
        for kind, member in members
        if (turn := answer_of(member))
        and answers[_answer(member)] < _MEANT
        and not _is_meant(odd, member, turn)
    ]
    is_few = len(found) <= max(_FEW, rule["few"] * odd.total)
    is_certain = is_few and odd.system and odd.usual != Kind.CALL
    for kind, member, turn in found[: None if is_few else 1]:
        this = f"this one is {_ONE[kind]}"
        yield Verdict(
            rule.module.name,
            member.handle,
            f"{odd.rows:,} of {odd.total:,} answers {under(odd.system)} are {_WORDS[odd.usual]}; "
            + (this if is_few else f"{len(found):,} are not: {this}"),
            "Write it like the others."
            if is_few
            else "Write all alike, unless they belong to several tasks.",
            others=odd.handles[:1],
            place=turn.place,
            notes=("one of the usual kind",),
            most=None if is_certain and len(member.exchanges) == 1 else Severity.INFO,
        )


def _is_meant(odd: Odd, member: Member, turn: Turn) -> bool:
    """Whether an answer refuses, is JSON for once, or the row has a usual one before it."""
    if odd.usual == Kind.JSON and turn.text.strip() in _JSON:
        return True
    if turn.refusal or _REFUSAL.match(turn.text.lstrip()):
        return True
    return any(
        read_profile(profile_of(one.text, bool(one.calls))).kind == odd.usual
        for exchange in member.exchanges[:-1]
        for one in exchange.turns
    )


def _kind(profile: Profile) -> Kind | None:
    return profile.kind if profile.kind != Kind.EMPTY else None


def _answer(member: Member) -> str:
    turn = answer_of(member)
    return turn.text.strip() if turn is not None else ""


def _are_closed(spread: Spread, handles: Sequence[int]) -> bool:
    """Whether short answers are a few labels: nearly all of them come again."""
    sample = handles[:: len(handles) // _SAMPLE + 1]
    labels = Counter(_answer(spread.member(handle)).casefold() for handle in sample)
    return sum(rows for rows in labels.values() if rows > 1) >= 0.9 * len(sample)
