"""
What it does:
    Finds prompts that ask a reasoning model to show its reasoning.

Why it is bad:
    Azure screens reinforcement files for attempts to extract hidden reasoning, and has refused whole files
    for it.

Example:
    {"messages": [{"role": "user", "content": "6 x 7? Show your chain of thought."}], "answer": "42"}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7? Explain the result."}], "answer": "42"}

Fix:
    None.

Sources:
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08): its script lists the phrases.
    Azure job code unsafe_file (2026).
"""

import re
from collections.abc import Iterator

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

_PHRASES = ("chain of thought", "chain-of-thought", "step by step reasoning", "step-by-step reasoning")
_PHRASE = re.compile("|".join(_PHRASES), re.IGNORECASE | re.ASCII)

RULE = Rule(
    severity=Severity.INFO,
    why="Azure may take it for an attempt to extract hidden reasoning and refuse the file",
    trigger=Words(_PHRASES),
    default=False,
    formats=("openai-reinforcement",),
)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = _PHRASE.search(text.value) if turn.role in ("developer", "user") else None
    if found is not None:
        what = f"this prompt asks for `{found[0].lower()}`"
        yield rule.at(text.place.slice(*found.span()), what, "Ask for the result and a short explanation.")
