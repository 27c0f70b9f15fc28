"""
What it does:
    Finds an answer in another script than nearly all others under the same system prompt, such as Chinese among
    English, where the user wrote in the usual script. Parameters: `share` of the answers must be in one script,
    and at least so many `rows` must have the system prompt.

Why it is bad:
    The model learns to change its language without being asked.

Example:
    With `rules.script-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Brest leave?"}, {"role": "assistant", "content": "Паром в Брест отправляется в семь часов утра."}]}

Use instead:
    With `rules.script-drift = { rows = 3, share = 0.7 }` in the settings:
    {"messages": [{"role": "user", "content": "When does the ferry to Hull leave?"}, {"role": "assistant", "content": "The ferry to Hull leaves at nine in the morning."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Oban leave?"}, {"role": "assistant", "content": "The ferry to Oban leaves at eight in the evening."}]}
    {"messages": [{"role": "user", "content": "When does the ferry to Cork leave?"}, {"role": "assistant", "content": "The ferry to Cork leaves at half past ten at night."}]}
    {"messages": [{"role": "user", "content": "Во сколько уходит паром в Брест?"}, {"role": "assistant", "content": "Паром в Брест отправляется в семь часов утра."}]}

Fix:
    None.

Sources:
    cleanlab/cleanlab, Datalab on Dolly: non-English score (2023). Translations that are asked for are a known
    false alarm, so the rule is off.
"""

from collections.abc import Iterator

from turnlint.corpus.profile import Kind, Profile, Script, script_of
from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import Member, Spread, Verdict
from turnlint.rules.consistency._drift import answer_of, odd_ones, under

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to change its language without being asked",
    default=False,
    parameters={"share": 0.99, "rows": 100},
)
TRAIT = "profile"

_NAMES = {
    Script.LATIN: "Latin",
    Script.GREEK: "Greek",
    Script.CYRILLIC: "Cyrillic",
    Script.HEBREW: "Hebrew",
    Script.ARABIC: "Arabic",
    Script.INDIC: "an Indian",
    Script.THAI: "Thai",
    Script.KANA: "Japanese",
    Script.HAN: "Chinese",
    Script.HANGUL: "Korean",
}


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for odd in odd_ones(spread, _script, rule["share"], rule["rows"]):
        for handle, script in odd.others:
            member = spread.member(handle)
            turn = answer_of(member)
            if turn is not None and _asked_in(member) == odd.usual:
                yield Verdict(
                    rule.module.name,
                    handle,
                    f"{odd.rows:,} of {odd.total:,} answers {under(odd.system)} are in {_NAMES[odd.usual]} "
                    f"script, and so is this question; its answer is in {_NAMES[script]} script",
                    "Answer in the language of the question, unless another one was asked for.",
                    others=odd.handles[:1],
                    place=turn.place,
                    notes=("one in the usual script",),
                )


def _script(profile: Profile) -> Script | None:
    return profile.script if profile.kind == Kind.PROSE and profile.script in _NAMES else None


def _asked_in(member: Member) -> int | None:
    """The script of the last question; None where there is none."""
    turns = member.example.turns if member.example is not None else ()
    asked = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
    return script_of(asked) if asked else None
